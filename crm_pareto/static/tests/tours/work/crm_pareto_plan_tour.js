import { registry } from "@web/core/registry";

const CARD = (name) => `.o_kanban_record:contains(${name})`;

registry.category("web_tour.tours").add("crm_pareto_plan", {
    url: "/odoo/my-plan",
    steps: () => [
        { content: "A line says why", trigger: `${CARD("Corvex")}:contains(may be won)` },
        {
            content: "Plan the call",
            trigger: `${CARD("Corvex")} button[name=action_accept]`,
            run: "click",
        },
        { content: "It is off the plan", trigger: `body:not(:has(${CARD("Corvex")}))` },
        {
            content: "Skip another",
            trigger: `${CARD("Dapper")} button[name=action_skip]`,
            run: "click",
        },
        { content: "Say why", trigger: ".modal [name=skip_reason] input", run: "edit On hold" },
        { content: "Skip", trigger: ".modal button[name=action_confirm_skip]", run: "click" },
        {
            content: "It is off the plan, too",
            trigger: `body:not(:has(${CARD("Dapper")})):not(:has(.modal))`,
        },
        {
            content: "Put the third on another day",
            trigger: CARD("Elsewhere"),
            run: "drag_and_drop(.o_kanban_group:last)",
        },
        { content: "It is there", trigger: `.o_kanban_group:last ${CARD("Elsewhere")}` },
    ],
});
