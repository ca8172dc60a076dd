import { registry } from "@web/core/registry";

const ROW = ".o_data_row:contains(Gauge)";

registry.category("web_tour.tours").add("crm_pareto_repeat_quotation", {
    url: "/odoo/repeat-orders",
    steps: () => [
        {
            content: "The customers of whom something is due stand there with their products",
            trigger: ".o_group_header:contains(Alder Instruments)",
        },
        {
            content: "What is overdue says so",
            trigger: `${ROW} [name=order_state]:contains(Overdue)`,
        },
        {
            content: "With the usual quantity",
            trigger: `${ROW} td[name=quantity]:contains(12)`,
        },
        {
            content: "Make the quotation",
            trigger: `${ROW} button[name=action_new_quotation]`,
            run: "click",
        },
        {
            content: "It is open, for the customer",
            trigger: ".o_form_view [name=partner_id] input:value(Alder Instruments)",
        },
        {
            content: "With the product and the usual quantity",
            trigger: ".o_data_row:contains(Gauge) td[name=product_uom_qty]:contains(12)",
        },
        {
            content: "Back to the list",
            trigger: ".o_back_button, .breadcrumb-item:contains(Repeat Orders) a",
            run: "click",
        },
        {
            content: "It is not due any more; the other product is",
            trigger: ".o_list_view:not(:contains(Gauge)) .o_data_row:contains(Clamp)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_repeat_activity", {
    url: "/odoo/repeat-orders",
    steps: () => [
        {
            content: "Take all that is due",
            trigger:
                ".o_list_view:has(.o_data_row:contains(Clamp)) thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Plan to call about it",
            trigger: ".o_control_panel button[name=action_schedule_activity]",
            run: "click",
        },
        {
            content: "One call a customer",
            trigger: ".o_notification:contains(Activities planned: 1)",
        },
        {
            content: "The rows say so",
            trigger: `${ROW} td[name=planned_date]:not(:empty)`,
        },
        {
            content: "What it is made of",
            trigger: `${ROW} td[name=last_date]`,
            run: "click",
        },
        {
            content: "The invoice lines are there",
            trigger: ".o_breadcrumb:contains(Gauge for Alder Instruments)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_repeat_partner", {
    steps: () => [
        {
            content: "Look at what else there is about the customer",
            trigger: ".o_button_more",
            run: "click",
        },
        {
            content: "Two products are due",
            trigger: "button[name=action_open_pareto_repeats]:contains(2)",
            run: "click",
        },
        {
            content: "They are there",
            trigger: ".o_breadcrumb:contains(Repeat orders of Alder Instruments)",
        },
        {
            content: "With what they are made of",
            trigger: ROW,
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_repeat_empty", {
    url: "/odoo/repeat-orders",
    steps: () => [
        {
            content: "An empty list says what would stand there",
            trigger: ".o_nocontent_help:contains(No repeat order is due)",
        },
    ],
});
