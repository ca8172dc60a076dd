import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_pareto_not_profiled", {
    steps: () => [
        {
            content: "The customer has a segment",
            trigger: "a[name=pareto]",
            run: "click",
        },
        {
            content: "It stands on the page",
            trigger: ".tab-pane.active div[name=pareto_segment_id]",
        },
        {
            content: "Beside the sales settings",
            trigger: "a[name=sales_purchases]",
            run: "click",
        },
        {
            content: "Is the mark",
            trigger: "div[name=pareto_not_profiled] input",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "Back to the page of the customer's value",
            trigger: "a[name=pareto]",
            run: "click",
        },
        {
            content: "It says why there are no scores",
            trigger: ".tab-pane.active .alert:visible:contains(Not profiled)",
        },
        {
            content: "The turnover stays",
            trigger: ".tab-pane.active div[name=pareto_turnover]:visible",
        },
        {
            content: "The segment is gone",
            trigger: ".tab-pane.active:not(:has(div[name=pareto_segment_id]))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_retention", {
    url: "/odoo/customer-value",
    steps: () => [
        {
            content: "Open the configuration",
            trigger: "button[data-menu-xmlid='crm_pareto.crm_pareto_menu_configuration']",
            run: "click",
        },
        {
            content: "How long touches are kept",
            trigger: "[data-menu-xmlid='crm_pareto.crm_pareto_retention_menu']",
            run: "click",
        },
        {
            content: "For ever, says the empty page",
            trigger: ".o_nocontent_help:contains(kept for ever)",
        },
        {
            content: "Add a channel",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "What may be chosen",
            trigger: ".o_selected_row div[name=channel] input",
            run: "click",
        },
        {
            content: "Calls",
            trigger: ".o_select_menu_item:contains(Phone)",
            run: "click",
        },
        {
            content: "For how many months",
            trigger: ".o_selected_row div[name=months] input",
            run: "edit 24",
        },
        {
            content: "Save",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "It is kept",
            trigger: ".o_data_row td[name=months]:contains(24)",
        },
    ],
});
