import { useState } from "@odoo/owl";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { formatFloat } from "@web/core/utils/numbers";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { FiguresPage } from "../../common/figures_page/figures_page";

const BARS = 20; // pairs of them at most
const PAIR_HEIGHT = 46; // px of a pair of bars
const AXES_HEIGHT = 84; // px of the scale and the legend
const NAME_LENGTH = 30; // letters of a name beside its bars
const NARROW = 600; // px
const BADGES = {
    more: "text-bg-success",
    hold: "text-bg-info",
    less: "text-bg-danger",
    test: "text-bg-warning",
};

/** Draws the interval of each margin over its bar: a line with a cap at both ends. */
function whiskers(rows, dataset, color) {
    return {
        id: "crm_pareto_whiskers",
        afterDatasetsDraw(chart) {
            if (!chart.isDatasetVisible(dataset)) {
                return;
            }
            const { ctx, scales } = chart;
            ctx.save();
            ctx.strokeStyle = color;
            ctx.lineWidth = 1.5;
            chart.getDatasetMeta(dataset).data.forEach(({ y, height }, index) => {
                const { margin_low, margin_high } = rows[index];
                if (margin_low === margin_high) {
                    return;
                }
                const [low, high] = [margin_low, margin_high].map((m) =>
                    scales.x.getPixelForValue(m),
                );
                const cap = height / 4;
                ctx.beginPath();
                ctx.moveTo(low, y);
                ctx.lineTo(high, y);
                for (const end of [low, high]) {
                    ctx.moveTo(end, y - cap);
                    ctx.lineTo(end, y + cap);
                }
                ctx.stroke();
            });
            ctx.restore();
        },
    };
}

/** What campaigns cost and brought in, each figure one click from the records it is the sum of. */
export class ReturnPage extends FiguresPage {
    static template = "crm_pareto.ReturnPage";
    static model = "crm.pareto.return.page";

    setup() {
        this.state = useState({
            company: user.activeCompany.id,
            by: "campaign",
            model: null, // null: the company's own
            dates: null, // [first, last]; null: the company's window
            figures: null,
            busy: false,
            sort: { name: null, descending: true }, // null: the server's order
            bar: null, // the pair that the keyboard is on
        });
        super.setup();
    }

    // -- what is chosen ----------------------------------------------------------

    async load() {
        const { by, model, dates } = this.state;
        const [first, last] = dates || [null, null];
        const figures = await this.call("get_figures", by, model, first, last);
        Object.assign(this.state, { figures, bar: null });
    }

    /** Show something else; where that fails, what was shown stays. */
    async choose(values) {
        const { company, by, model, dates } = this.state;
        Object.assign(this.state, values, { busy: true });
        try {
            await this.load();
        } catch (error) {
            Object.assign(this.state, { company, by, model, dates });
            throw error;
        } finally {
            this.state.busy = false;
        }
    }

    chooseCompany(ev) {
        // Its own model and window may be others.
        return this.choose({ company: Number(ev.target.value), model: null, dates: null });
    }

    chooseWindow(ev) {
        const chosen = this.state.figures.windows.find(([kind]) => kind === ev.target.value);
        return chosen && this.choose({ dates: chosen.slice(2) });
    }

    get dates() {
        const { date_from, date_to } = this.state.figures;
        return this.state.dates || [date_from, date_to];
    }

    /** The window that the days are; the company's own first, as two may be the same days. None for other days. */
    get preset() {
        const { windows, own_window } = this.state.figures;
        const same = windows.filter((choice) => String(choice.slice(2)) === String(this.dates));
        return same.find(([kind]) => kind === own_window) || same[0];
    }

    /** The first day of all time, and today. */
    get limits() {
        return this.state.figures.windows.find(([kind]) => kind === "all").slice(2);
    }

    /** An emptied day is no limit. */
    chooseDay(ev, end) {
        const day = ev.target.value || this.limits[end];
        if (day < this.limits[0]) {
            return; // a year that is still being typed
        }
        const dates = [...this.dates];
        dates[end] = day;
        return this.choose({ dates });
    }

    async recompute() {
        this.state.busy = true;
        try {
            const done = await this.call("recompute");
            await this.load();
            this.notification.add(
                done ? _t("The attribution is up to date.") : _t("A recompute is already running."),
                { type: done ? "success" : "info" },
            );
        } finally {
            this.state.busy = false;
        }
    }

    // -- texts -------------------------------------------------------------------

    /** Whole sentences, so that a translator can place the words. */
    get sentence() {
        const { coverage, sees_margin, lookback_days } = this.state.figures;
        const share = sees_margin ? coverage.margin : coverage.revenue;
        if (share === null) {
            return sees_margin
                ? _t("There is no margin to attribute in this period")
                : _t("There is no revenue to attribute in this period");
        }
        const values = { share: formatPercentage(share, { digits: [16, 0] }), days: lookback_days };
        return sees_margin
            ? _t("%(share)s of margin has a touch in the look-back of %(days)s days", values)
            : _t("%(share)s of revenue has a touch in the look-back of %(days)s days", values);
    }

    /** How many lost money; empty where nothing was spent. */
    get lossSentence() {
        const spent = this.state.figures.rows.filter((row) => row.cost > 0);
        const losing = spent.filter((row) => row.roi !== null && row.margin < row.cost).length;
        const values = { losing: losing || _t("None"), count: spent.length };
        if (!spent.length) {
            return "";
        }
        return {
            campaign: _t("%(losing)s of %(count)s campaigns with a cost lost money", values),
            source: _t("%(losing)s of %(count)s sources with a cost lost money", values),
            medium: _t("%(losing)s of %(count)s media with a cost lost money", values),
        }[this.state.figures.by];
    }

    get unattributedSentence() {
        const { unattributed, sees_margin } = this.state.figures;
        const values = {
            revenue: this.money(unattributed.revenue),
            margin: this.money(unattributed.margin || 0),
        };
        return sees_margin && unattributed.margin !== null
            ? _t("%(revenue)s of revenue and %(margin)s of margin are unattributed", values)
            : _t("%(revenue)s of revenue is unattributed", values);
    }

    /** What margins and returns leave out, as nobody knows its cost. */
    get uncostedSentence() {
        const amount = this.money(this.state.figures.totals.uncosted);
        return _t("%s of attributed revenue has no known cost: margins leave it out.", amount);
    }

    get period() {
        const { company_name, date_from, date_to } = this.state.figures;
        const [first, last] = [date_from, date_to].map((day) => formatDate(deserializeDate(day)));
        const values = { company: company_name, first, last, name: this.preset?.[1].toLowerCase() };
        if (date_from === this.limits[0]) {
            return _t("%(company)s, all time up to %(last)s", values);
        }
        return this.preset
            ? _t("%(company)s, %(name)s: %(first)s to %(last)s", values)
            : _t("%(company)s, %(first)s to %(last)s", values);
    }

    get asOf() {
        const { as_of } = this.state.figures;
        return as_of
            ? _t("attributed as of %s", formatDate(deserializeDate(as_of)))
            : _t("not attributed yet");
    }

    /** Where a cost counts, which bears no source or medium itself. */
    get usualText() {
        return this.state.figures.by === "source"
            ? _t("A cost counts at the usual source of its campaign.")
            : _t("A cost counts at the usual medium of its campaign.");
    }

    get groups() {
        return [
            ["campaign", _t("Campaign")],
            ["source", _t("Source")],
            ["medium", _t("Medium")],
        ];
    }

    /** What a row is called; one without a name is that of those without a campaign, source or medium. */
    label(row) {
        return (
            row.name ||
            { campaign: _t("No campaign"), source: _t("No source"), medium: _t("No medium") }[
                this.state.figures.by
            ]
        );
    }

    get level() {
        return formatPercentage(this.state.figures.level, { digits: [16, 0] });
    }

    percent(share) {
        return formatPercentage(share, { digits: [16, 0] });
    }

    badge(advice) {
        return BADGES[advice] || "text-bg-secondary";
    }

    // -- table -------------------------------------------------------------------

    get columns() {
        const { by, sees_margin } = this.state.figures;
        const money = (value) => this.money(value);
        const percent = (value) => this.percent(value);
        const tenths = (value) => formatFloat(value, { digits: [16, 1] });
        return [
            { name: "name", title: Object.fromEntries(this.groups)[by], isText: true },
            { name: "cost", title: _t("Cost"), format: money, secret: true },
            { name: "revenue", title: _t("Revenue"), format: money },
            { name: "margin", title: _t("Margin"), format: money, secret: true },
            { name: "roi", title: _t("ROI"), format: percent, secret: true },
            { name: "roas", title: _t("ROAS"), format: tenths, secret: true },
            { name: "leads", title: _t("Leads"), format: formatInteger },
            { name: "orders", title: _t("Orders"), format: tenths },
            { name: "new_customers", title: _t("New Customers"), format: tenths },
            {
                name: "advice_label",
                title: _t("Advice, All Time"),
                isText: true,
                secret: true,
                only: "campaign",
            },
        ].filter(
            (column) => (sees_margin || !column.secret) && (!column.only || column.only === by),
        );
    }

    /** The sums of the rows, by the names of the columns. */
    get attributed() {
        const { totals } = this.state.figures;
        return { ...totals, revenue: totals.attributed_revenue, margin: totals.attributed_margin };
    }

    get numbers() {
        return this.columns.filter((column) => column.format);
    }

    /** What stands in a cell; a dash where there is none, as no return where nothing was spent. */
    text(column, sums) {
        const value = sums[column.name];
        return value === null || value === undefined ? "–" : column.format(value);
    }

    get rows() {
        const { name, descending } = this.state.sort;
        const rows = [...this.state.figures.rows];
        if (!name) {
            return rows;
        }
        const value = name === "name" ? (row) => this.label(row) : (row) => row[name];
        const missing = (row) => [null, undefined, ""].includes(value(row));
        const compare = (one, other) =>
            typeof one === "string" ? one.localeCompare(other) : one - other;
        return rows.sort((one, other) => {
            if (missing(one) || missing(other)) {
                return missing(one) - missing(other); // last, in both directions
            }
            return (descending ? -1 : 1) * compare(value(one), value(other));
        });
    }

    /** The column that the rows are in the order of. */
    get sorted() {
        return this.state.sort.name || (this.state.figures.sees_margin ? "margin" : "revenue");
    }

    sortBy(column) {
        const again = this.sorted === column.name;
        const descending = again ? !this.state.sort.descending : !column.isText;
        this.state.sort = { name: column.name, descending };
    }

    ariaSort(column) {
        if (this.sorted !== column.name) {
            return "none";
        }
        return this.state.sort.descending ? "descending" : "ascending";
    }

    get hasCost() {
        return this.state.figures.rows.some((row) => row.cost > 0);
    }

    // -- chart -------------------------------------------------------------------

    /** The pairs of bars: of those with the most money, in the order of their margin. */
    get drawn() {
        const { rows } = this.state.figures;
        const size = (row) => Math.max(Math.abs(row.margin ?? row.revenue), row.cost || 0);
        const biggest = [...rows].sort((one, other) => size(other) - size(one)).slice(0, BARS);
        return rows.filter((row) => biggest.includes(row));
    }

    get chartHeight() {
        return AXES_HEIGHT + PAIR_HEIGHT * this.drawn.length;
    }

    get isCut() {
        return this.state.figures.rows.length > BARS;
    }

    get cutText() {
        return _t("The chart shows the %(shown)s biggest of %(count)s; the table has all.", {
            shown: BARS,
            count: formatInteger(this.state.figures.rows.length),
        });
    }

    datasets() {
        const scheme = cookie.get("color_scheme");
        const bar = (figure, label, color) => ({
            figure,
            label,
            data: this.drawn.map((row) => row[figure]),
            backgroundColor: color,
            categoryPercentage: 0.8,
            barPercentage: 0.9,
        });
        if (!this.state.figures.sees_margin) {
            return [bar("revenue", _t("Attributed Revenue"), getColor(1, scheme, "odoo"))];
        }
        return [
            bar("cost", _t("Cost"), getColor(0, scheme, "odoo")),
            bar("margin", _t("Attributed Margin"), getColor(1, scheme, "odoo")),
        ];
    }

    draw() {
        if (!this.canvas.el || !this.drawn.length) {
            return;
        }
        const rows = this.drawn;
        const datasets = this.datasets();
        const ink = window.getComputedStyle(this.canvas.el).color; // readable in each color scheme
        const margin = datasets.findIndex(({ figure }) => figure === "margin");
        const chart = new Chart(this.canvas.el, {
            type: "bar",
            data: { labels: rows.map((row) => this.label(row)), datasets },
            options: this.chartOptions(rows, ink),
            plugins: margin < 0 ? [] : [whiskers(rows, margin, ink)],
        });
        this.chart = chart;
        return () => chart.destroy();
    }

    chartOptions(rows, ink) {
        const ends = rows.flatMap((row) => [row.margin_low || 0, row.margin_high || 0]);
        const letters =
            this.canvas.el.parentElement.clientWidth < NARROW ? NAME_LENGTH / 2 : NAME_LENGTH;
        const shorten = (name) =>
            name.length > letters ? `${name.slice(0, letters - 1).trimEnd()}…` : name;
        return {
            indexAxis: "y",
            animation: false,
            maintainAspectRatio: false,
            interaction: { mode: "index", axis: "y", intersect: false },
            onClick: (ev, _elements, chart) => this.onChartClick(ev, chart),
            scales: {
                x: {
                    suggestedMin: Math.min(0, ...ends),
                    suggestedMax: Math.max(0, ...ends),
                    ticks: { color: ink, callback: (value) => this.money(value), maxRotation: 0 },
                },
                y: {
                    grid: { display: false },
                    ticks: {
                        color: ink,
                        autoSkip: false,
                        callback: (index) => shorten(this.label(rows[index])),
                    },
                },
            },
            plugins: {
                legend: { position: "bottom", labels: { color: ink } },
                tooltip: { callbacks: { label: (item) => this.tooltip(rows, item) } },
            },
        };
    }

    tooltip(rows, { dataset, dataIndex, raw }) {
        const line = `${dataset.label}: ${this.money(raw)}`;
        return dataset.figure === "margin" ? [line, this.interval(rows[dataIndex])] : line;
    }

    interval(row) {
        return _t("with %(level)s certainty from %(low)s to %(high)s", {
            level: this.level,
            low: this.money(row.margin_low),
            high: this.money(row.margin_high),
        });
    }

    /** A bar opens what it is the sum of; beside the bars, all of the row. */
    onChartClick(ev, chart) {
        const mode = { axis: "y", intersect: true };
        const [hit] = chart.getElementsAtEventForMode(ev.native, "nearest", mode, true);
        const [beside] = chart.getElementsAtEventForMode(
            ev.native,
            "index",
            { axis: "y", intersect: false },
            true,
        );
        if (hit) {
            this.open(chart.data.datasets[hit.datasetIndex].figure, this.drawn[hit.index]);
        } else if (beside) {
            this.open("all", this.drawn[beside.index]);
        }
    }

    /** Arrow keys walk over the pairs of bars, Home and End go to the ends, Enter opens. */
    onChartKey(ev) {
        const last = this.drawn.length - 1;
        const at = this.state.bar ?? -1;
        const to = {
            ArrowDown: at + 1,
            ArrowRight: at + 1,
            ArrowUp: at - 1,
            ArrowLeft: at - 1,
            Home: 0,
            End: last,
        }[ev.key];
        if (to !== undefined) {
            this.state.bar = Math.min(Math.max(to, 0), last);
            const active = this.chart.data.datasets.map((_dataset, datasetIndex) => ({
                datasetIndex,
                index: this.state.bar,
            }));
            this.chart.setActiveElements(active);
            this.chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
            this.chart.update();
        } else if (ev.key === "Enter" && this.state.bar !== null) {
            this.open("all", this.drawn[this.state.bar]);
        } else {
            return;
        }
        ev.preventDefault();
    }

    /** The pair of bars that the keyboard is on, for a screen reader. */
    get spokenBar() {
        const row = this.drawn[this.state.bar];
        if (!row) {
            return "";
        }
        const name = this.label(row);
        return this.state.figures.sees_margin
            ? _t("%(name)s: cost %(cost)s, attributed margin %(margin)s, %(interval)s", {
                  name,
                  cost: this.money(row.cost),
                  margin: this.money(row.margin),
                  interval: this.interval(row),
              })
            : _t("%(name)s: attributed revenue %(revenue)s", {
                  name,
                  revenue: this.money(row.revenue),
              });
    }

    // -- what is behind ------------------------------------------------------------

    /** Open what a figure is the sum of: of one row, or of all. */
    async open(figure, row) {
        const { by, model, date_from, date_to } = this.state.figures;
        const group = row ? row.id : null;
        const action = await this.call("open_figure", figure, by, group, model, date_from, date_to);
        return this.action.doAction(action);
    }

    /** A campaign opens itself; a source or medium is no more than what counts for it. */
    openName(row) {
        if (this.state.figures.by !== "campaign" || !row.id) {
            return this.open("all", row);
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "utm.campaign",
            res_id: row.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("crm_pareto.return_page", ReturnPage);
