import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_pareto_hand_over", {
    url: "/odoo/hand-overs",
    steps: () => [
        { content: "Begin", trigger: ".o_list_button_add", run: "click" },
        { content: "Lena leaves", trigger: "[name=from_user_id] input", run: "edit Lena" },
        {
            content: "Choose her",
            trigger: ".o-autocomplete--dropdown-item:contains(Lena)",
            run: "click",
        },
        { content: "She has a customer", trigger: "[name=customer_count]:contains(1)" },
        {
            content: "Add who takes over",
            trigger: "[name=share_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { content: "Max does", trigger: "[name=share_ids] [name=user_id] input", run: "edit Max" },
        {
            content: "Choose him",
            trigger: ".o-autocomplete--dropdown-item:contains(Max)",
            run: "click",
        },
        { content: "Hand over", trigger: "button[name=action_hand_over]", run: "click" },
        { content: "Confirm", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "It is done", trigger: ".o_arrow_button_current:contains(Handed Over)" },
        { content: "It could be undone", trigger: "button[name=action_undo]" },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_confirm_receipt", {
    url: "/odoo/hand-overs",
    steps: () => [
        {
            content: "Open what Lena handed over",
            trigger: ".o_data_cell:contains(Lena)",
            run: "click",
        },
        {
            content: "See the customers",
            trigger: "button[name=action_open_customers]",
            run: "click",
        },
        {
            content: "There is one",
            trigger: ".o_data_row:contains(Corvex), .o_kanban_record:contains(Corvex)",
        },
        { content: "Go back", trigger: ".o_back_button, .breadcrumb-item a:last", run: "click" },
        { content: "Confirm", trigger: "button[name=action_confirm_receipt]", run: "click" },
        {
            content: "It is confirmed",
            trigger: "body:not(:has(button[name=action_confirm_receipt]))",
        },
        { content: "With its time", trigger: "[name=confirmed_on]:contains(:)" },
    ],
});
