import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_pareto_thin", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='crm_pareto.crm_pareto_menu_root']",
            run: "click",
        },
        {
            content: "Open the history's menu",
            trigger: ".o_menu_sections [data-menu-xmlid='crm_pareto.crm_pareto_touch_menu_root']",
            run: "click",
        },
        {
            content: "Look at thin threads",
            trigger: "[data-menu-xmlid='crm_pareto.crm_pareto_thin_menu']",
            run: "click",
        },
        { content: "Open the customer", trigger: ".o_data_cell:contains(Corvex)", run: "click" },
        {
            content: "It is in the first tier",
            trigger: "a[name=pareto]",
        },
    ],
});
