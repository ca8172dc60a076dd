import { registry } from "@web/core/registry";

/** A manager compares models and sources, and opens the sales behind a figure. */
registry.category("web_tour.tours").add("crm_pareto_return", {
    url: "/odoo/pareto",
    steps: () => [
        {
            content: "Open the menu",
            trigger:
                ".o_menu_sections [data-menu-xmlid='crm_pareto.crm_pareto_marketing_menu_root']",
            run: "click",
        },
        {
            content: "Open the page from the menu",
            trigger: "[data-menu-xmlid='crm_pareto.crm_pareto_return_page_menu']",
            run: "click",
        },
        {
            content: "It says how much of the margin campaigns came before",
            trigger: ".o_pareto_sentence:contains(100% of margin has a touch in the look-back)",
        },
        {
            content: "Both fairs share the sale",
            trigger:
                ".o_pareto_return_row:contains(Spring Fair) [data-figure=revenue]:contains(500)",
        },
        {
            content: "All to the first",
            trigger: ".o_pareto_model",
            run: "select first",
        },
        {
            content: "It is the spring fair's",
            trigger:
                ".o_pareto_return_row:contains(Spring Fair) [data-figure=revenue]:contains(1,000)",
        },
        {
            content: "Nothing is spent yet, and the page says where to say so",
            trigger: ".o_pareto_no_cost:contains(vendor bills)",
        },
        {
            content: "Walk over the chart with the keyboard",
            trigger: ".o_pareto_return_chart",
            run: ({ anchor }) => {
                anchor.focus();
                anchor.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }),
                );
            },
        },
        {
            content: "A screen reader hears the bars",
            trigger: "[aria-live='polite']:contains(Spring Fair: cost)",
        },
        {
            content: "Sort by name",
            trigger: "[data-sort=name]",
            run: "click",
        },
        {
            content: "From A to Z",
            trigger: "th[aria-sort=ascending] [data-sort=name]",
        },
        {
            content: "The autumn fair comes first",
            trigger: ".o_pareto_return_row:first-child:contains(Autumn Fair)",
        },
        {
            content: "By source",
            trigger: ".o_pareto_by_source",
            run: "click",
        },
        {
            content: "Open the sales of one",
            trigger: ".o_pareto_return_row:contains(Stand of Spring Fair) [data-figure=revenue]",
            run: "click",
        },
        {
            content: "Under the model that was chosen",
            trigger: ".o_breadcrumb:contains(Attributed Sales: Stand of Spring Fair, First Touch)",
        },
        {
            content: "They are there",
            trigger: ".o_data_row:contains(Alder Instruments) td[name=revenue]:contains(1,000.00)",
        },
    ],
});

/** A salesperson sees what campaigns brought in, and no cost. */
registry.category("web_tour.tours").add("crm_pareto_return_revenue", {
    url: "/odoo/marketing-return",
    steps: () => [
        {
            content: "How much of the revenue",
            trigger: ".o_pareto_sentence:contains(100% of revenue has a touch in the look-back)",
        },
        {
            content: "No cost, margin or return",
            trigger:
                ".o_pareto_returns:has([data-sort=revenue]):not(:has([data-sort=cost], [data-sort=margin], [data-sort=roi]))",
        },
        {
            content: "Open the campaign",
            trigger: ".o_pareto_name:contains(Autumn Fair)",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_form_view .o_breadcrumb:contains(Autumn Fair)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_return_empty", {
    url: "/odoo/marketing-return",
    steps: () => [
        {
            content: "An empty page says what to do",
            trigger: ".o_pareto_return .o_nocontent_help:contains(Choose a campaign on leads)",
        },
        {
            content: "Recompute",
            trigger: ".o_pareto_recompute",
            run: "click",
        },
        {
            content: "It says when it is done",
            trigger: ".o_notification:contains(The attribution is up to date)",
        },
    ],
});
