import { registry } from "@web/core/registry";

const MEASURES = ".btn-group[aria-label=Measure]";

registry.category("web_tour.tours").add("crm_pareto_service_unknown", {
    url: "/odoo/pareto",
    steps: () => [
        {
            content: "Look at what service leaves of the profit",
            trigger: `${MEASURES} button:contains(Profit after Service)`,
            run: "click",
        },
        {
            content: "The page says why it is not known",
            trigger: ".o_pareto_page .o_nocontent_help:contains(Timesheets is not installed)",
        },
        {
            content: "Look at the products",
            trigger: "button:contains(Products)",
            run: "click",
        },
        {
            content: "Theirs is the profit",
            trigger: `${MEASURES} button[aria-pressed=true]:nth-child(2):last-child`,
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_service_behind", {
    steps: () => [
        {
            content: "Look at the customer's value",
            trigger: "a[name=pareto]",
            run: "click",
        },
        {
            content: "The scorecard gives its reasons",
            trigger: "[name=pareto_why]:contains(1 service case)",
        },
        {
            content: "Open the service behind its profitability",
            trigger: "button[name=action_open_pareto_service]",
            run: "click",
        },
        {
            content: "It is that customer's",
            trigger: ".o_breadcrumb:contains(Service for Alder Instruments)",
        },
        {
            content: "The credit note is there",
            trigger: ".o_data_row td[name=kind]:contains(Credit Note)",
        },
    ],
});
