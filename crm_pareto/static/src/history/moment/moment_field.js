import { Component, xml } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { dateTimeField } from "@web/views/fields/datetime/datetime_field";
import { formatDate, formatDateTime } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A moment in the zone of the browser, or a day, which is the same in every zone: see the model's `all_day`. */
export class MomentField extends Component {
    static template = xml`<span class="text-nowrap" t-out="text" />`;
    static props = { ...standardFieldProps };

    get text() {
        const { data } = this.props.record;
        const moment = data[this.props.name];
        if (!moment) {
            return "";
        }
        return data.all_day ? formatDate(data.day) : formatDateTime(moment);
    }
}

registry.category("fields").add("pareto_moment", {
    component: MomentField,
    displayName: _t("Moment or Day"),
    supportedTypes: ["datetime"],
    listViewWidth: (field) => dateTimeField.listViewWidth(field),
    fieldDependencies: [
        { name: "all_day", type: "boolean" },
        { name: "day", type: "date" },
    ],
});
