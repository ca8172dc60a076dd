import { registry } from "@web/core/registry";

const PAGE = "a[name=pareto_centre]";
const DECIDES = ".o_field_widget[name=pareto_decides_ids]";

const setDecider = (name) => [
    {
        content: "Look at the buying centre",
        trigger: PAGE,
        run: "click",
    },
    {
        content: "Nobody is known who decides",
        trigger: ".tab-pane.active:contains(Nobody known)",
    },
    {
        content: "It is somebody",
        trigger: `${DECIDES} input`,
        run: `edit ${name}`,
    },
    {
        content: "That contact",
        trigger: `.o-autocomplete--dropdown-item a:contains(${name})`,
        run: "click",
    },
    {
        content: "The contact stands in the box",
        trigger: `.tab-pane.active:not(:contains(Nobody known)) ${DECIDES} .o_tag:contains(${name})`,
    },
    {
        content: "Save",
        trigger: ".o_form_button_save",
        run: "click",
    },
];

registry.category("web_tour.tours").add("crm_pareto_centre_customer", {
    steps: () => [
        {
            content: "The customer says what is not known of it",
            trigger: ".alert-warning:contains(It is not known who decides.)",
        },
        ...setDecider("Anna"),
        {
            content: "The warning is gone",
            trigger: ".o_form_saved:not(:has(.alert-warning:contains(who decides)))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_centre_deal", {
    steps: () => [
        {
            content: "The opportunity says what is not known of it",
            trigger: ".alert-warning:contains(It is not known who decides.)",
        },
        ...setDecider("Anna"),
        {
            content: "The warning is gone",
            trigger: ".o_form_saved:not(:has(.alert-warning:contains(who decides)))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_centre_filter", {
    steps: () => [
        {
            content: "Which deals lack a decision maker",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "Filter them",
            trigger:
                ".o_filter_menu .o-dropdown-item:contains(No Decision Maker), .o_menu_item:contains(No Decision Maker)",
            run: "click",
        },
        {
            content: "One of the two is left",
            trigger: ".o_kanban_view:contains(Second line):not(:contains(First line))",
        },
    ],
});
