import { registry } from "@web/core/registry";

const figure = (name, text) => ({
    content: `${name} is ${text}`,
    trigger: `.o_pareto_holdout tr[data-name=${name}]:contains(${text})`,
});

const learnUpTo =
    (day) =>
    ({ anchor }) => {
        anchor.value = day;
        anchor.dispatchEvent(new window.Event("change", { bubbles: true }));
    };

/** The CDNOW company: its 39 weeks by themselves, then another border. */
registry.category("web_tour.tours").add("crm_pareto_model", {
    steps: () => [
        {
            content: "The curve is drawn and says where it ends",
            trigger: ".o_pareto_holdout canvas[aria-label*='made']",
        },
        ...Object.entries({
            customers: "2,357",
            repeat_buyers: "946",
            r: "0.243",
            alpha: "4.414",
            a: "0.793",
            b: "2.426",
            log_likelihood: "-9,582.4",
            p: "6.25",
            q: "3.74",
            v: "15.44",
            known: "1,653.4",
            all: "-4.1%",
        }).map(([name, text]) => figure(name, text)),
        {
            content: "Learn from fewer days",
            trigger: ".o_pareto_learnt_until",
            run: learnUpTo("1997-01-08"),
        },
        {
            content: "They are too few",
            trigger: ".o_pareto_holdout .alert:contains(Too few customers came back)",
        },
        {
            content: "Back to the first half",
            trigger: ".o_pareto_learnt_until",
            run: learnUpTo("1997-09-30"),
        },
        figure("r", "0.243"),
    ],
});
