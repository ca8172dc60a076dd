import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_pareto_treatment", {
    url: "/odoo/customer-value",
    steps: () => [
        {
            content: "Open the configuration",
            trigger: "button[data-menu-xmlid='crm_pareto.crm_pareto_menu_configuration']",
            run: "click",
        },
        {
            content: "The tiers",
            trigger: "[data-menu-xmlid='crm_pareto.crm_pareto_tier_menu']",
            run: "click",
        },
        {
            content: "The first one",
            trigger: ".o_data_row td[name=name]:contains(A)",
            run: "click",
        },
        {
            content: "Whoever leaves it is to be treated",
            trigger: "div[name=treat_on_leave] input",
            run: "click",
        },
        {
            content: "A plan may be chosen for it",
            trigger: "div[name=leave_plan_id]",
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("crm_pareto_overdue", {
    steps: () => [
        {
            content: "The page of the customer's value",
            trigger: "a[name=pareto]",
            run: "click",
        },
        {
            content: "Says that contact is overdue",
            trigger: ".o_form_view .badge:contains(Contact Overdue)",
        },
    ],
});
