import { onWillUnmount, useState } from "@odoo/owl";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate, serializeDate, today } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { FiguresPage } from "../../common/figures_page/figures_page";

const CROSSING = 0.8;

/** The Pareto chart of customers or products, with what stands behind each bar one click away. */
export class ParetoPage extends FiguresPage {
    static template = "crm_pareto.ParetoPage";
    static model = "crm.pareto.page";

    setup() {
        this.state = useState({
            company: user.activeCompany.id,
            kind: "customer",
            measure: "turnover",
            window: null, // null: the company's own
            asOf: null, // null: today
            snapshot: false,
            figures: null,
            movers: [],
            busy: false,
            progress: 0,
            bar: null, // the one that the keyboard is on
        });
        super.setup();
        this.bus = useService("bus_service");
        this.onProgress = ({ share }) => (this.state.progress = share);
        this.bus.subscribe("crm_pareto.progress", this.onProgress);
        onWillUnmount(() => this.bus.unsubscribe("crm_pareto.progress", this.onProgress));
    }

    async load() {
        const { kind, measure, window, asOf } = this.state;
        const own = !window && !asOf;
        const snapshot = own
            ? false
            : await this.call(
                  "open_window",
                  kind,
                  window || this.state.figures.own_window,
                  asOf || false,
              );
        const calls = [this.call("get_figures", kind, measure, snapshot)];
        if (!snapshot && kind === "customer" && measure === "turnover") {
            calls.push(this.call("get_movers"));
        }
        const [figures, movers] = await Promise.all(calls);
        Object.assign(this.state, { snapshot, figures, movers: movers || [], bar: null });
    }

    /** Show something else; where that fails, what was shown stays. */
    async choose(values) {
        const { company, kind, measure, window, asOf } = this.state;
        Object.assign(this.state, values, { busy: true, progress: 0 });
        try {
            await this.load();
        } catch (error) {
            Object.assign(this.state, { company, kind, measure, window, asOf });
            throw error;
        } finally {
            this.state.busy = false;
        }
    }

    chooseKind(kind) {
        const { measure } = this.state;
        return this.choose({
            kind,
            measure: this.measuresOf(kind).includes(measure) ? measure : "profit",
        });
    }

    chooseWindow(ev) {
        const window = ev.target.value;
        return this.choose({ window: window === this.state.figures.own_window ? null : window });
    }

    chooseCompany(ev) {
        // Its own window may be another one.
        return this.choose({ company: Number(ev.target.value), window: null });
    }

    chooseDay(ev) {
        const day = ev.target.value;
        return this.choose({ asOf: day && day !== this.today ? day : null });
    }

    get today() {
        return serializeDate(today());
    }

    async recompute() {
        Object.assign(this.state, { busy: true, progress: 0 });
        try {
            const done = await this.call("recompute");
            await this.load();
            this.notification.add(
                done ? _t("The values are up to date.") : _t("A recompute is already running."),
                { type: done ? "success" : "info" },
            );
        } finally {
            this.state.busy = false;
        }
    }

    // -- texts -----------------------------------------------------------------

    get subject() {
        return this.state.kind === "customer" ? _t("customers") : _t("products");
    }

    /** What service costs is known of customers. */
    measuresOf(kind) {
        return ["turnover", "profit", ...(kind === "customer" ? ["served_profit"] : [])];
    }

    get measures() {
        return this.measuresOf(this.state.kind);
    }

    get measureName() {
        const { measure } = this.state;
        const names = { turnover: _t("turnover"), profit: _t("profit") };
        return names[measure] || _t("profit after service");
    }

    /** Whole sentences, so that a translator can place the words. */
    get sentence() {
        const { buyers, crossing } = this.state.figures;
        if (!buyers) {
            return this.state.kind === "customer"
                ? _t("No customer has a positive %s in this window", this.measureName)
                : _t("No product has a positive %s in this window", this.measureName);
        }
        const values = {
            count: this.whole(crossing),
            share: this.percent(crossing / this.state.figures.count),
            measure: this.measureName,
            part: this.percent(CROSSING),
        };
        if (this.state.kind === "customer") {
            return crossing === 1
                ? _t("1 customer (%(share)s) makes %(part)s of %(measure)s", values)
                : _t("%(count)s customers (%(share)s) make %(part)s of %(measure)s", values);
        }
        return crossing === 1
            ? _t("1 product (%(share)s) makes %(part)s of %(measure)s", values)
            : _t("%(count)s products (%(share)s) make %(part)s of %(measure)s", values);
    }

    /** That there are invoices, where none of them was computed yet. */
    get postedSentence() {
        const { posted, company_name, most_counted } = this.state.figures;
        const values = { count: this.whole(posted), company: company_name };
        if (posted === 1) {
            return _t("1 customer invoice of %(company)s is posted and not computed yet.", values);
        }
        return posted >= most_counted
            ? _t(
                  "%(count)s customer invoices and more of %(company)s are posted and not computed yet.",
                  values,
              )
            : _t(
                  "%(count)s customer invoices of %(company)s are posted and not computed yet.",
                  values,
              );
    }

    /** What the profit leaves out, as nobody knows its cost. */
    get uncostedSentence() {
        const { uncosted, uncosted_share } = this.state.figures;
        return _t("%(amount)s of turnover (%(share)s) has no known cost: profit leaves it out.", {
            amount: this.money(uncosted),
            share: this.percent(uncosted_share),
        });
    }

    get period() {
        const { company_name, date_from, as_of, window, windows } = this.state.figures;
        const name = Object.fromEntries(windows)[window];
        const [first, last] = [date_from, as_of].map((day) => formatDate(deserializeDate(day)));
        return window === "all"
            ? _t("%(company)s, all time up to %(last)s", { company: company_name, last })
            : _t("%(company)s, %(name)s: %(first)s to %(last)s", {
                  company: company_name,
                  name: name.toLowerCase(),
                  first,
                  last,
              });
    }

    percent(share) {
        return formatPercentage(share, { digits: [16, 1] });
    }

    whole(value) {
        return formatInteger(value);
    }

    number(value) {
        return formatFloat(value, { digits: [16, 2] });
    }

    // -- chart -----------------------------------------------------------------

    draw() {
        const { figures } = this.state;
        if (!this.canvas.el || !figures.buckets.length) {
            return;
        }
        const scheme = cookie.get("color_scheme");
        const buckets = figures.buckets;
        const crossed = buckets.findIndex((bucket) => bucket.cumulative >= CROSSING);
        const chart = new Chart(this.canvas.el, {
            data: {
                labels: buckets.map(({ first, last }) =>
                    first === last ? first : `${first}–${last}`,
                ),
                datasets: [
                    {
                        type: "line",
                        label: _t("Cumulative share"),
                        data: buckets.map((bucket) => bucket.cumulative),
                        yAxisID: "share",
                        borderColor: getColor(3, scheme, "odoo"),
                        pointRadius: buckets.map((bucket, index) => (index === crossed ? 6 : 0)),
                        pointHitRadius: 8,
                        tension: 0,
                    },
                    {
                        type: "bar",
                        label: this.measureName,
                        data: buckets.map((bucket) => bucket.amount),
                        backgroundColor: buckets.map((bucket, index) =>
                            getColor(index <= crossed || crossed < 0 ? 1 : 8, scheme, "odoo"),
                        ),
                        categoryPercentage: 1,
                        barPercentage: 0.95,
                    },
                ],
            },
            options: this.chartOptions(),
        });
        this.chart = chart;
        return () => chart.destroy();
    }

    /** Arrow keys walk over the bars, Home and End go to the ends, Enter opens. */
    onChartKey(ev) {
        const last = this.state.figures.buckets.length - 1;
        const at = this.state.bar ?? -1;
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[ev.key];
        if (to !== undefined) {
            this.state.bar = Math.min(Math.max(to, 0), last);
            const active = [0, 1].map((datasetIndex) => ({ datasetIndex, index: this.state.bar }));
            this.chart.setActiveElements(active);
            this.chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
            this.chart.update();
        } else if (ev.key === "Enter" && this.state.bar !== null) {
            this.openBucket(this.state.bar);
        } else {
            return;
        }
        ev.preventDefault();
    }

    /** The bar that the keyboard is on, for a screen reader. */
    get spokenBar() {
        const bar = this.state.figures.buckets[this.state.bar];
        return bar
            ? _t("Rank %(first)s to %(last)s: %(amount)s, %(share)s of the total so far", {
                  first: bar.first,
                  last: bar.last,
                  amount: this.money(bar.amount),
                  share: this.percent(bar.cumulative),
              })
            : "";
    }

    chartOptions() {
        return {
            animation: false,
            maintainAspectRatio: false,
            interaction: { mode: "index", intersect: false },
            onClick: (ev, elements) => elements.length && this.openBucket(elements[0].index),
            scales: {
                x: {
                    title: { display: true, text: _t("Rank of %s", this.subject) },
                    grid: { display: false },
                },
                y: { ticks: { callback: (value) => this.money(value) } },
                share: {
                    position: "right",
                    min: 0,
                    // The whale curve of profit rises above the whole; the others end there.
                    max: this.state.measure === "turnover" ? 1 : undefined,
                    ticks: { callback: (value) => this.percent(value) },
                    grid: { drawOnChartArea: false },
                },
            },
            plugins: {
                legend: { position: "bottom" },
                tooltip: {
                    callbacks: {
                        label: ({ dataset, raw }) =>
                            `${dataset.label}: ${dataset.type === "line" ? this.percent(raw) : this.money(raw)}`,
                    },
                },
            },
        };
    }

    // -- what is behind ----------------------------------------------------------

    openRows(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: this.state.figures.res_model,
            views: [[this.state.figures.view_id, "list"]],
            domain: [...this.state.figures.domain, ...domain],
        });
    }

    openBucket(index) {
        const { first, last } = this.state.figures.buckets[index];
        const rank = `${this.state.measure}_rank`;
        return this.openRows(_t("Rank %(first)s to %(last)s", { first, last }), [
            [rank, ">=", first],
            [rank, "<=", last],
        ]);
    }

    /** Those who make the first 80 %. */
    openCrossing() {
        const rank = `${this.state.measure}_rank`;
        return this.openRows(this.sentence, [[rank, "<=", this.state.figures.crossing]]);
    }

    openTier(tier) {
        return this.openRows(_t("Tier %s", tier.name), [[tier.field, "=", tier.id]]);
    }

    /** The lines whose cost is unknown, by product, the most first. */
    async openUncosted() {
        const { kind, snapshot } = this.state;
        return this.action.doAction(await this.call("open_uncosted", kind, snapshot));
    }

    openPartner(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("crm_pareto.pareto_page", ParetoPage);
