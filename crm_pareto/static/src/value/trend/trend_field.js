import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatDate, deserializeDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/core/utils/numbers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const WIDTH = 160;
const HEIGHT = 32;
const MARGIN = 2;

/** A line without axes: the field's value is [[date, amount], …], oldest first. */
export class TrendField extends Component {
    static template = "crm_pareto.TrendField";
    static props = { ...standardFieldProps };

    get points() {
        return this.props.record.data[this.props.name] || [];
    }

    /** The points of the line in the picture's coordinates, as SVG wants them. */
    get line() {
        const amounts = this.points.map(([, amount]) => amount);
        const low = Math.min(0, ...amounts);
        const high = Math.max(...amounts, low + 1);
        const x = (index) =>
            MARGIN + (index * (WIDTH - 2 * MARGIN)) / Math.max(amounts.length - 1, 1);
        const y = (amount) =>
            HEIGHT - MARGIN - ((amount - low) * (HEIGHT - 2 * MARGIN)) / (high - low);
        return amounts.map((amount, index) => `${x(index)},${y(amount)}`).join(" ");
    }

    /** The same in words, for a screen reader and as a tooltip. */
    get label() {
        const spoken = ([date, amount]) =>
            `${formatDate(deserializeDate(date))}: ${formatFloat(amount, { humanReadable: true })}`;
        return _t("Turnover of the window, from %(first)s to %(last)s", {
            first: spoken(this.points.at(0)),
            last: spoken(this.points.at(-1)),
        });
    }
}

registry.category("fields").add("pareto_trend", {
    component: TrendField,
    displayName: _t("Trend"),
    supportedTypes: ["json"],
});
