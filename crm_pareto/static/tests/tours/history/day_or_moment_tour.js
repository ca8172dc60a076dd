import { registry } from "@web/core/registry";

const { DateTime } = luxon;

/** The customer is named after the day of the invoice, the talk after its moment. */
const DAY = /\d{4}-\d\d-\d\d/;
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/;

function shouldEqual(found, expected) {
    const text = found.replace(/\s+/g, " ").trim();
    if (text !== expected) {
        throw new Error(`shown is "${text}", not "${expected}"`);
    }
}

const day = () => DateTime.fromISO(document.body.textContent.match(DAY)[0]);
const moment = (element) => DateTime.fromISO(element.textContent.match(MOMENT)[0]);
const inList = (element) => element.querySelector("td[name=date]").textContent;
const SHORT = { day: "numeric", month: "short" };
// As Odoo shows dates: without the year that it is.
const withYear = (date) => (date.year === DateTime.now().year ? {} : { year: "numeric" });

/** A day is that day, and of its month, in every zone; a moment is where the browser is: page, list, calendar, form. */
registry.category("web_tour.tours").add("crm_pareto_day_or_moment", {
    steps: () => [
        { trigger: "a[name=pareto_history]", run: "click" },
        {
            trigger: ".o_pareto_touch[data-kind=invoice]",
            run() {
                shouldEqual(
                    this.anchor.querySelector(".ms-md-auto").textContent,
                    day().toFormat("d LLL"),
                );
                const month = this.anchor.closest("section").querySelector("h6");
                shouldEqual(month.textContent, day().toFormat("LLLL yyyy"));
            },
        },
        {
            trigger: ".o_pareto_touch[data-kind=logged]",
            run() {
                const when = moment(this.anchor);
                const shown = this.anchor.querySelector(".ms-md-auto");
                shouldEqual(shown.textContent, when.toFormat("d LLL, HH:mm"));
                const month = this.anchor.closest("section").querySelector("h6");
                shouldEqual(month.textContent, when.toFormat("LLLL yyyy"));
            },
        },
        { trigger: ".o_pareto_timeline button:contains(All)", run: "click" },
        {
            trigger: ".o_list_view .o_data_row:contains(INV/)",
            run() {
                shouldEqual(
                    inList(this.anchor),
                    day().toLocaleString({ ...SHORT, ...withYear(day()) }),
                );
            },
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Talk)",
            run() {
                const when = moment(this.anchor);
                const time = { hour: "numeric", minute: "numeric" };
                shouldEqual(
                    inList(this.anchor),
                    when
                        .toLocaleString({ ...SHORT, ...withYear(when), ...time })
                        .replace(/\s+/g, " "),
                );
            },
        },
        { trigger: ".o_switch_view.o_calendar", run: "click" },
        {
            trigger: ".o_calendar_view .o_calendar_button_prev",
            run({ click }) {
                // It may be the next month already where the browser is.
                if (!DateTime.now().hasSame(day(), "month")) {
                    return click();
                }
            },
        },
        {
            trigger: ".fc-event:contains(INV/)",
            run() {
                const cell = this.anchor.closest("[data-date]");
                shouldEqual(cell.dataset.date, day().toISODate());
            },
        },
    ],
});
