import { registry } from "@web/core/registry";

const LINE = "div[name=invoice_line_ids] .o_selected_row";

/** Pick a campaign on the line of a bill that is being entered. */
function pickCampaign(name) {
    return [
        {
            content: `Look for ${name}`,
            trigger: `${LINE} [name=pareto_campaign_ids] input`,
            run: `edit ${name}`,
        },
        {
            content: `Choose ${name}`,
            trigger: `.o-autocomplete--dropdown-item:contains(${name})`,
            run: "click",
        },
        {
            content: `It is one of the line's campaigns`,
            trigger: `${LINE} [name=pareto_campaign_ids] .o_tag:contains(${name})`,
        },
    ];
}

/** What the form of a campaign says about its return. */
function readReturn(cost, roi) {
    return [
        {
            content: "Open what the campaign brought in and cost",
            trigger: "a[name=pareto_return]",
            run: "click",
        },
        {
            content: "What it cost",
            trigger: `.o_field_widget[name=pareto_cost]:contains(${cost})`,
        },
        {
            content: "What came back of it",
            trigger: `.o_field_widget[name=pareto_roi]:contains(${roi})`,
        },
    ];
}

/** An accountant enters a bill for two campaigns and posts it. */
registry.category("web_tour.tours").add("crm_pareto_campaign_bill", {
    url: "/odoo/vendor-bills/new",
    steps: () => [
        {
            content: "Whose bill it is",
            trigger: "div[name=partner_id] input",
            run: "edit Fair Ltd",
        },
        {
            content: "Choose the vendor",
            trigger: ".o-autocomplete--dropdown-item:contains(Fair Ltd)",
            run: "click",
        },
        {
            content: "When it was written",
            trigger: "input[data-field=invoice_date]",
            run: "edit 2026-06-15",
        },
        {
            content: "Add a line",
            trigger: "div[name=invoice_line_ids] a:contains(Add a line)",
            run: "click",
        },
        {
            content: "What was bought",
            trigger: `${LINE} [name=product_id] input, ${LINE} [name=name] .o_input`,
            run: "edit Stand, also shown in the webinar",
        },
        {
            content: "For how much",
            trigger: `${LINE} [name=price_unit] input`,
            run: "edit 300",
        },
        ...pickCampaign("Fair 2026"),
        ...pickCampaign("Webinar"),
        {
            content: "The distribution follows at once, where the campaigns have accounts",
            trigger: `${LINE} [name=analytic_distribution] .o_tag`,
        },
        {
            content: "Post the bill",
            trigger: ".o_statusbar_buttons button[name=action_post]",
            run: "click",
        },
        {
            content: "It is posted",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Posted)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_pareto_campaign_before", {
    steps: () => readReturn("180.00", "233%"),
});

registry.category("web_tour.tours").add("crm_pareto_campaign_after", {
    steps: () => readReturn("330.00", "82%"),
});
