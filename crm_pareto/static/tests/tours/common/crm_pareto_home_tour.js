import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_pareto_home", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='crm_pareto.crm_pareto_menu_root']",
            run: "click",
        },
        {
            content: "The plan of the day comes first",
            trigger: ".o_breadcrumb:contains(My Plan)",
        },
        {
            content: "Open the page",
            trigger: ".o_menu_sections [data-menu-xmlid='crm_pareto.crm_pareto_page_menu']",
            run: "click",
        },
        {
            content: "The page says who carries the business",
            trigger: ".o_pareto_sentence:contains(1 customer (100%) makes 80% of turnover)",
        },
        {
            content: "Over another window",
            trigger: ".o_pareto_window",
            run: "select all",
        },
        {
            content: "The page says which",
            trigger: ".o_pareto_page p:contains(all time up to)",
        },
        {
            content: "Walk over the chart with the keyboard",
            trigger: ".o_pareto_chart",
            run: ({ anchor }) => {
                anchor.focus();
                anchor.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
                );
            },
        },
        {
            content: "A screen reader hears the bar",
            trigger: "[aria-live='polite']:contains(Rank 1 to 1)",
        },
        {
            content: "Open the tier",
            trigger: ".o_pareto_tiers button:contains(A)",
            run: "click",
        },
        {
            content: "Open the invoices behind the figure",
            trigger: ".o_data_row:contains(Alder Instruments) td[name=turnover]",
            run: "click",
        },
        {
            content: "They are there",
            trigger: ".o_breadcrumb:contains(Invoices of Alder Instruments)",
        },
        {
            content: "With their amount",
            trigger: ".o_data_row td[name=revenue]:contains(1,000.00)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_empty", {
    url: "/odoo/pareto",
    steps: () => [
        {
            content: "An empty page says what to do",
            trigger: ".o_pareto_page .o_nocontent_help:contains(Post a customer invoice)",
        },
        {
            content: "Recompute",
            trigger: ".o_pareto_recompute",
            run: "click",
        },
        {
            content: "It says when it is done",
            trigger: ".o_notification:contains(The values are up to date)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_set_tier", {
    url: "/odoo/customer-value",
    steps: () => [
        {
            content: "Choose a customer",
            trigger: ".o_data_row:contains(Alder Instruments) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open the actions",
            trigger: ".o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            content: "Set a tier",
            trigger: ".o-dropdown-item:contains(Set Tier)",
            run: "click",
        },
        {
            content: "Write down why",
            trigger: ".modal div[name=reason] input",
            run: "edit pays late",
        },
        {
            content: "Look for the tier",
            trigger: ".modal div[name=tier_id] input",
            run: "edit C",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains(C)",
            run: "click",
        },
        {
            content: "Apply",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The list shows it",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains(Alder Instruments) td[name=tier_id]:contains(C)",
        },
    ],
});
