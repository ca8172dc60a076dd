import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { formatInteger, formatMonetary, formatPercentage } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const CROSSING = 0.8;

/** The Pareto chart of customers or products, with what stands behind each bar one click away. */
export class ParetoPage extends Component {
    static template = "crm_pareto.ParetoPage";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.canvas = useRef("canvas");
        this.state = useState({
            kind: "customer",
            measure: "turnover",
            figures: null,
            busy: false,
        });
        this.display = { controlPanel: {} };
        onWillStart(async () => {
            await Promise.all([loadBundle("web.chartjs_lib"), this.load()]);
        });
        useEffect(
            () => this.draw(),
            () => [this.state.figures, this.canvas.el],
        );
    }

    async load() {
        const { kind, measure } = this.state;
        this.state.figures = await this.orm.call("crm.pareto.page", "get_figures", [kind, measure]);
    }

    async choose(values) {
        Object.assign(this.state, values);
        await this.load();
    }

    async recompute() {
        this.state.busy = true;
        try {
            const done = await this.orm.call("crm.pareto.page", "recompute", []);
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

    get measureName() {
        return this.state.measure === "turnover" ? _t("turnover") : _t("profit");
    }

    /** Whole sentences, so that a translator can place the words. */
    get sentence() {
        const { crossing, buyers } = this.state.figures;
        const values = {
            count: this.whole(crossing),
            share: this.percent(buyers ? crossing / buyers : 0),
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

    get period() {
        const { date_from, as_of, window } = this.state.figures;
        return `${window}, ${formatDate(deserializeDate(date_from))} – ${formatDate(deserializeDate(as_of))}`;
    }

    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.figures.currency_id,
            digits: [16, 0],
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
        return () => chart.destroy();
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
            views: [[false, "list"]],
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

    openTier(tier) {
        return this.openRows(_t("Tier %s", tier.name), [[tier.field, "=", tier.id]]);
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
