import { registry } from "@web/core/registry";

const ROW = ".o_data_row:contains(Walk-in):contains(Birch Works)";

registry.category("web_tour.tours").add("crm_pareto_link", {
    url: "/odoo/invoices-to-link",
    steps: () => [
        {
            content: "The list says whose the invoice may be, how surely and why",
            trigger: `${ROW} td[name=certainty]:contains(60%)`,
        },
        {
            content: "Look at all suggestions",
            trigger: `${ROW} td[name=partner_id]`,
            run: "click",
        },
        {
            content: "The reason is there",
            trigger: ".modal .o_data_row td[name=explanation]:contains(Delivered to Birch Works)",
        },
        {
            content: "Accept it",
            trigger: ".modal .o_data_row button[name=action_accept]",
            run: "click",
        },
        {
            content: "It says what happened",
            trigger: ".o_notification:contains(Linked):contains(Birch Works)",
        },
        {
            content: "The list has no more to ask",
            trigger: "body:not(:has(.modal)) .o_view_nocontent:contains(has found its customer)",
        },
        {
            content: "Undo it",
            trigger: "button[name=action_undo_last]",
            run: "click",
        },
        {
            content: "It is back",
            trigger: ROW,
        },
        {
            content: "Accept in the list",
            trigger: `${ROW} button[name=action_accept]`,
            run: "click",
        },
        {
            content: "It is linked",
            trigger: ".o_view_nocontent:contains(has found its customer)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_link_many", {
    url: "/odoo/invoices-to-link",
    steps: () => [
        {
            content: "Accept what is certain",
            trigger: "button:contains(Accept Certain Ones)",
            run: "click",
        },
        {
            content: "Nothing is that certain",
            trigger: ".modal div[name=document_count]:contains(0)",
        },
        {
            content: "Be content with less",
            trigger: ".modal div[name=certainty] input",
            run: "edit 60 && press Tab",
        },
        {
            content: "The invoices are counted anew",
            trigger: ".modal div[name=document_count]:contains(1)",
        },
        {
            content: "Link them",
            trigger: ".modal button[name=action_link]",
            run: "click",
        },
        {
            content: "It is done",
            trigger: "body:not(:has(.modal)) .o_view_nocontent:contains(has found its customer)",
        },
    ],
});
