import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_pareto_consolidated", {
    url: "/odoo/consolidated-revenue",
    steps: () => [
        {
            content: "The one company",
            trigger: ".o_pivot th:contains(Alder Instruments)",
        },
        {
            content: "The other one",
            trigger: ".o_pivot th:contains(Alder Inc):not(:contains(Instruments))",
        },
        {
            content: "The customer's revenue of both, in the currency of the first: its lines",
            trigger: ".o_pivot tr:has(th:contains(Birch)) td:contains(220.00)",
            run: "click",
        },
        {
            content: "The line in dollars, in euros",
            trigger: ".o_data_row td[name=revenue_consolidated]:contains(120.00)",
        },
        {
            content: "Adds up",
            trigger: ".o_list_footer td:contains(220.00)",
        },
    ],
});
