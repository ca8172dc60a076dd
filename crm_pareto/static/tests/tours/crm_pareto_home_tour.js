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
            content: "The customers are there",
            trigger: ".o_data_row:contains(Alder Instruments)",
        },
    ],
});
