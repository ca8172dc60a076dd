import { registry } from "@web/core/registry";

/** A salesperson reads a customer's history, filters it, and logs a talk at the fair from there. */
registry.category("web_tour.tours").add("crm_pareto_history", {
    steps: () => [
        { trigger: "a[name=pareto_history]", run: "click" },
        { trigger: ".o_pareto_touch[data-kind=invoice]" },
        { trigger: ".o_pareto_conversation", run: "click" },
        {
            trigger:
                ".o_pareto_timeline:not(:has([data-kind=invoice])):contains(Nothing like this)",
        },
        { trigger: ".o_pareto_timeline button:contains(Show everything)", run: "click" },
        { trigger: ".o_pareto_touch[data-kind=invoice]" },
        { trigger: ".o_pareto_log", run: "click" },
        { trigger: ".modal [name=name] input", run: "edit Met at our stand" },
        { trigger: ".modal button[name=action_log]", run: "click" },
        { trigger: ".o_pareto_touch[data-kind=logged]:contains(Met at our stand)" },
        { trigger: ".o_pareto_timeline button:contains(anna)", run: "click" },
        { trigger: ".o_pareto_timeline:not(:has([data-kind=invoice])):has([data-kind=logged])" },
        { trigger: ".o_pareto_conversation", run: "click" },
        { trigger: ".o_pareto_touch[data-kind=invoice] button", run: "click" },
        { trigger: ".o_form_view .o_breadcrumb:contains(INV/)" },
    ],
});

/** From a list of contacts: one touch with each of them. */
registry.category("web_tour.tours").add("crm_pareto_log_many", {
    steps: () => [
        { trigger: ".o_data_row:contains(Alder) .o_list_record_selector input", run: "click" },
        { trigger: ".o_data_row:contains(Birch) .o_list_record_selector input", run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle:contains(Actions)", run: "click" },
        { trigger: ".o-dropdown-item:contains(Log a Touch)", run: "click" },
        { trigger: ".modal [name=partner_ids] .o_tag:contains(Birch)" },
        { trigger: ".modal [name=name] input", run: "edit Met at our stand" },
        { trigger: ".modal button[name=action_log]", run: "click" },
        { trigger: ".o_notification:contains(Logged with 2 contacts)" },
    ],
});
