import { registry } from "@web/core/registry";

const SUGGESTIONS = "[name=pareto_pairing_ids]";
const LINES = "[name=order_line]";

registry.category("web_tour.tours").add("crm_pareto_suggestion", {
    steps: () => [
        {
            content: "The quotation says what others buy with the pump, and why",
            trigger: `${SUGGESTIONS} .o_data_row:contains(Seal Kit) td[name=reason]:contains(of the customers who buy Pump also buy Seal Kit)`,
        },
        {
            content: "Add it",
            trigger: `${SUGGESTIONS} .o_data_row:contains(Seal Kit) button[name=action_add]`,
            run: "click",
        },
        {
            content: "It is on the quotation",
            trigger: `${LINES} .o_data_row:contains(Seal Kit)`,
        },
        {
            content: "The hose is not for this customer",
            trigger: `${SUGGESTIONS}:not(:contains(Seal Kit)) .o_data_row:contains(Hose) button[name=action_dismiss]`,
            run: "click",
        },
        {
            content: "Nothing is left to suggest",
            trigger: `.o_form_view:not(:has(${SUGGESTIONS}))`,
        },
        {
            content: "Look at the customer",
            trigger: ".o_field_widget[name=partner_id] .o_external_button:not(:visible)",
            run: "click",
        },
        {
            content: "See what is not suggested to it",
            trigger: "button[name=action_open_pareto_dismissals]:contains(1)",
            run: "click",
        },
        {
            content: "Have it suggested again",
            trigger: ".o_data_row:contains(Hose) button[name=action_undo]",
            run: "click",
        },
        {
            content: "Nothing is dismissed any more",
            trigger: ".o_view_nocontent:contains(No suggestion was dismissed)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_suggestion_new", {
    url: "/odoo/sale.order/new",
    steps: () => [
        {
            content: "For a customer",
            trigger: "[name=partner_id] input",
            run: "edit Alder Works",
        },
        {
            content: "That one",
            trigger: ".o-autocomplete--dropdown-item a:contains(Alder Works)",
            run: "click",
        },
        {
            content: "A line",
            trigger: `${LINES} a:contains(Add a product)`,
            run: "click",
        },
        {
            content: "Of a pump",
            trigger: "div[name=product_template_id] input",
            run: "edit Pump",
        },
        {
            content: "That one",
            trigger: ".o-autocomplete--dropdown-item a:contains(Pump)",
            run: "click",
        },
        {
            content: "Before it is saved there is a suggestion: add it",
            trigger: `${SUGGESTIONS} .o_data_row:contains(Seal Kit) button[name=action_add]`,
            run: "click",
        },
        {
            content: "It is on the quotation, which is saved now",
            trigger: `.o_form_saved ${LINES} .o_data_row:contains(Seal Kit)`,
        },
    ],
});
