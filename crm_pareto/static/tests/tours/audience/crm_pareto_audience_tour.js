import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openApp = [
    stepUtils.showAppsMenuItem(),
    {
        content: "Click 1: the app",
        trigger: ".o_app[data-menu-xmlid='crm_pareto.crm_pareto_menu_root']",
        run: "click",
    },
];
const openAudiences = [
    {
        content: "Click 2: the audiences",
        trigger: ".o_menu_sections [data-menu-xmlid='crm_pareto.crm_pareto_audience_menu']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("crm_pareto_audience_from_bar", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "The Pareto page",
            trigger: ".o_menu_sections [data-menu-xmlid='crm_pareto.crm_pareto_page_menu']",
            run: "click",
        },
        {
            content: "Walk to the first bar",
            trigger: ".o_pareto_chart",
            run: ({ anchor }) => {
                anchor.focus();
                for (const key of ["ArrowRight", "Enter"]) {
                    anchor.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                }
            },
        },
        {
            content: "Its customers are listed",
            trigger: ".o_data_row:contains(Alder Instruments)",
        },
        {
            content: "Save them",
            trigger: ".o_control_panel button:contains(Save as Audience)",
            run: "click",
        },
        {
            content: "The figures are there before it is saved",
            trigger: "button[name=action_open_customers] .o_stat_value:contains(1)",
        },
        {
            content: "Name it",
            trigger: "div[name=name] input, div[name=name] textarea",
            run: "edit Best customers",
        },
        ...stepUtils.saveForm(),
        {
            content: "Open the customers",
            trigger: "button[name=action_open_customers]",
            run: "click",
        },
        {
            content: "They are those of the bar",
            trigger: ".o_breadcrumb:contains(Customers of Best customers)",
        },
        {
            content: "And no others",
            trigger:
                ".o_list_view:not(:has(.o_data_row:eq(1))) .o_data_row:contains(Alder Instruments)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_audience_empty", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openAudiences,
        {
            content: "An empty list says what to do",
            trigger: ".o_nocontent_help:contains(click a bar of the Pareto page)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_audience_mailing", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openAudiences,
        {
            content: "Click 3: the audience",
            trigger: ".o_data_row:contains(Best customers) td[name=name]",
            run: "click",
        },
        {
            content: "It says how many it reaches",
            trigger: "button[name=action_open_contacts] .o_stat_value:contains(2)",
        },
        {
            content: "Click 4: the mailing",
            trigger: "button[name=action_new_mailing]",
            run: "click",
        },
        {
            content: "A draft, to the audience",
            trigger: ".o_form_view .o_arrow_button_current:contains(Draft)",
        },
        {
            content: "Write what it is about",
            trigger: "div[name=subject] input",
            run: "edit News for you",
        },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("crm_pareto_audience_plan", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openAudiences,
        {
            content: "The audience",
            trigger: ".o_data_row:contains(Best customers) td[name=name]",
            run: "click",
        },
        {
            content: "Plan activities",
            trigger: ".o_statusbar_buttons button:contains(Plan Activities)",
            run: "click",
        },
        {
            content: "Look for the plan",
            trigger: ".modal div[name=plan_id] input",
            run: "edit Visit",
        },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-item:contains(Visit)",
            run: "click",
        },
        {
            content: "It says how many get it",
            trigger: ".modal div[name=customer_count]:contains(1)",
        },
        {
            content: "Start",
            trigger: ".modal button[name=action_start]",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_notification:contains(Their activities are made within minutes)",
        },
        {
            content: "The dialog is gone",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
