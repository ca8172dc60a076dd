import { Component, onWillStart, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { formatInteger, formatPercentage } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const DIGITS = { log_likelihood: 1, p: 2, q: 2, v: 2 }; // as they are published; of the others 3

/** Repeat orders as the model expected them and as they were, learnt from the days before a border alone. */
export class HoldoutWidget extends Component {
    static template = "crm_pareto.HoldoutWidget";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.canvas = useRef("canvas");
        this.state = useState({ figures: null, learntUntil: false, until: false });
        onWillStart(() => Promise.all([loadBundle("web.chartjs_lib"), this.load()]));
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.props.record.resId) {
                Object.assign(this.state, { learntUntil: false, until: false });
                return this.load(record.resId);
            }
        });
        useEffect(
            () => this.draw(),
            () => [this.state.figures, this.canvas.el],
        );
    }

    async load(id = this.props.record.resId) {
        const { learntUntil, until } = this.state;
        const figures = await this.orm.call("crm.pareto.prediction", "get_holdout", [
            [id],
            learntUntil,
            until,
        ]);
        this.state.figures = figures;
    }

    /** An empty day is the server's choice. */
    choose(values) {
        Object.assign(this.state, values);
        return this.load();
    }

    // -- words and figures -------------------------------------------------------

    day(value) {
        return formatDate(deserializeDate(value));
    }

    whole(value) {
        return formatInteger(value);
    }

    number(value, digits = 1) {
        return formatFloat(value, { digits: [16, digits] });
    }

    get parameters() {
        const names = { log_likelihood: _t("Log-likelihood") };
        return Object.entries(this.state.figures.parameters).map(([name, value]) => ({
            name,
            label: names[name] || name,
            value: this.number(value, DIGITS[name] ?? 3),
        }));
    }

    /** What the model expected beside what was; the difference is blank where nothing was. */
    get comparisons() {
        const { known, weeks, until } = this.state.figures;
        const [number, expected, actual] = weeks.at(-1);
        return [
            {
                name: "known",
                label: _t(
                    "In the %s weeks after the border, of the customers known at it",
                    this.number(known.weeks),
                ),
                ...known,
            },
            {
                name: "all",
                label: _t("In all %(weeks)s weeks up to %(day)s, of all customers", {
                    weeks: number,
                    day: this.day(until),
                }),
                expected,
                actual,
            },
        ].map((line) => ({
            ...line,
            difference: line.actual
                ? formatPercentage(line.expected / line.actual - 1, { digits: [16, 1] })
                : "",
        }));
    }

    get label() {
        const [, { expected, actual }] = this.comparisons;
        return _t("Repeat orders by week: in the end %(expected)s expected, %(actual)s made", {
            expected: this.number(expected, 0),
            actual: this.whole(actual),
        });
    }

    // -- chart -------------------------------------------------------------------

    draw() {
        const { figures } = this.state;
        if (!this.canvas.el || figures.message) {
            return;
        }
        const scheme = cookie.get("color_scheme");
        const line = (label, data, color, more) => ({
            label,
            data,
            borderColor: getColor(color, scheme, "odoo"),
            backgroundColor: getColor(color, scheme, "odoo"),
            borderWidth: 2,
            pointRadius: 0,
            pointHitRadius: 8,
            ...more,
        });
        const series = (column) => [
            { x: 0, y: 0 },
            ...figures.weeks.map((week) => ({ x: week[0], y: week[column] })),
        ];
        const [, expected, actual] = figures.weeks.at(-1);
        const border = [0, Math.max(expected, actual)].map((y) => ({ x: figures.border, y }));
        const chart = new Chart(this.canvas.el, {
            type: "line",
            data: {
                datasets: [
                    line(_t("Actual"), series(2), 1),
                    line(_t("Expected"), series(1), 3, { borderDash: [6, 4] }),
                    line(_t("Learnt up to %s", this.day(figures.learnt_until)), border, 8, {
                        borderColor: "gray",
                        backgroundColor: "gray",
                        borderDash: [2, 4],
                        pointHitRadius: 0,
                    }),
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                interaction: { mode: "x", intersect: false },
                scales: {
                    x: {
                        type: "linear",
                        max: figures.weeks.length,
                        title: {
                            display: true,
                            text: _t("Weeks since %s", this.day(figures.first)),
                        },
                        grid: { display: false },
                    },
                    y: {
                        min: 0,
                        title: { display: true, text: _t("Repeat orders so far") },
                        ticks: { callback: (value) => this.whole(value) },
                    },
                },
                plugins: {
                    legend: { position: "bottom" },
                    tooltip: {
                        filter: ({ datasetIndex }) => datasetIndex < 2,
                        callbacks: {
                            title: ([item]) => item && _t("Week %s", item.parsed.x),
                            label: ({ dataset, parsed }) =>
                                `${dataset.label}: ${this.number(parsed.y, 0)}`,
                        },
                    },
                },
            },
        });
        return () => chart.destroy();
    }
}

registry.category("view_widgets").add("pareto_holdout", {
    component: HoldoutWidget,
});
