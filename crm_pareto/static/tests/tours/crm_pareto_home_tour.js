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
            content: "The page says who carries the business",
            trigger: ".o_pareto_sentence:contains(1 customer (100%) makes 80% of turnover)",
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
