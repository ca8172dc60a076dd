import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const ICONS = {
    email: "fa-envelope",
    phone: "fa-phone",
    meeting: "fa-users",
    sms: "fa-mobile",
    chat: "fa-comments",
    web: "fa-globe",
    shop: "fa-shopping-cart",
    event: "fa-ticket",
    post: "fa-paper-plane",
    sale: "fa-handshake-o",
    invoice: "fa-file-text-o",
    payment: "fa-money",
    delivery: "fa-truck",
    service: "fa-wrench",
    survey: "fa-star-half-o",
    portal: "fa-key",
    other: "fa-check",
};
const DIRECTIONS = {
    in: { icon: "fa-long-arrow-left text-success", label: _t("From the customer") },
    out: { icon: "fa-long-arrow-right text-primary", label: _t("To the customer") },
    none: { icon: "fa-circle-o text-muted", label: _t("Internal") },
};
const NO_FILTERS = { channel: "", direction: "", user_id: "", conversation: false };

/** Whatever happened with the customer of the record, newest first, 40 at a time. */
export class Timeline extends Component {
    static template = "crm_pareto.Timeline";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.directions = DIRECTIONS;
        this.lastAsked = new KeepLast(); // answers to earlier filters may come late
        this.state = useState({
            summary: null,
            touches: [],
            more: false,
            filters: { ...NO_FILTERS },
        });
        onWillStart(() => this.open(this.props.record));
        onWillUpdateProps(({ record }) => {
            const isOther = this.identity(record) !== this.record.identity;
            if (isOther && !record.dirty) {
                return this.open(record);
            }
        });
    }

    /** Show a record from its newest touch on. */
    async open(record) {
        const { resModel, resId } = record;
        this.record = { resModel, resId, identity: this.identity(record) };
        const filters = { ...NO_FILTERS };
        Object.assign(this.state, { summary: null, touches: [], more: false, filters });
        if (record.resId) {
            await Promise.all([this.summarize(), this.load()]);
        }
    }

    /** What the history is of: the record, and its customer, who may be changed. */
    identity(record) {
        const customer = record.resModel === "res.partner" ? false : record.data.partner_id;
        return `${record.resId}, ${customer ? customer.id : ""}`;
    }

    call(method, ...args) {
        const { resModel, resId } = this.record;
        return this.orm.call("crm.pareto.timeline", method, [resModel, resId, ...args]);
    }

    async summarize() {
        const record = this.record;
        const summary = await this.call("summary");
        if (record === this.record) {
            this.state.summary = summary;
        }
    }

    /** The first page, or the one that follows what is shown. */
    async load({ following = false } = {}) {
        const last = following && this.state.touches.at(-1);
        const filters = {
            ...this.state.filters,
            user_id: Number(this.state.filters.user_id) || false,
        };
        const page = await this.lastAsked.add(
            this.call("page", filters, last ? [last.date, last.id] : false),
        );
        this.state.touches = last ? [...this.state.touches, ...page.touches] : page.touches;
        this.state.more = page.more;
    }

    filter(name, value) {
        this.state.filters[name] = value;
        return this.load();
    }

    /** Show the conversations that a figure above is about. */
    showBehind(filters) {
        this.state.filters = { ...NO_FILTERS, conversation: true, ...filters };
        return this.load();
    }

    unfilter() {
        this.state.filters = { ...NO_FILTERS };
        return this.load();
    }

    get isFiltered() {
        return Object.values(this.state.filters).some(Boolean);
    }

    /** [[month, its touches], …] */
    get months() {
        const months = new Map();
        for (const touch of this.state.touches) {
            const month = this.moment(touch).toFormat("LLLL yyyy");
            months.set(month, [...(months.get(month) || []), touch]);
        }
        return [...months];
    }

    icon(touch) {
        return touch.internal ? "fa-lock" : ICONS[touch.channel];
    }

    /** When it was, in the zone of the browser; what has only a day was that day in every zone. */
    moment(touch) {
        return touch.moment ? deserializeDateTime(touch.moment) : deserializeDate(touch.day);
    }

    when(touch) {
        return this.moment(touch).toFormat(touch.moment ? "d LLL, HH:mm" : "d LLL");
    }

    promised(touch) {
        return touch.date_promised && formatDate(deserializeDateTime(touch.date_promised));
    }

    amount(touch) {
        return touch.amount && formatMonetary(touch.amount, { currencyId: touch.currency_id[0] });
    }

    day(text) {
        return formatDate(deserializeDateTime(text));
    }

    /** Half of the customer's mails are answered within this time, in words. */
    get answerTime() {
        const hours = this.state.summary.answer_hours;
        if (hours < 1) {
            return _t("%s min", Math.max(1, Math.round(hours * 60)));
        }
        return hours < 48 ? _t("%s h", Math.round(hours)) : _t("%s days", Math.round(hours / 24));
    }

    openDocument(touch) {
        return this.action.doActionButton({
            type: "object",
            name: "action_open_document",
            resModel: "crm.pareto.touchpoint",
            resId: touch.id,
        });
    }

    openAll() {
        return this.action.doActionButton({
            type: "object",
            name: "action_open_pareto_touches",
            resModel: "res.partner",
            resId: this.state.summary.partner_id,
        });
    }

    log() {
        const { resModel, resId } = this.record;
        return this.action.doAction("crm_pareto.crm_pareto_log_touch_action", {
            additionalContext: { active_model: resModel, active_id: resId, active_ids: [resId] },
            onClose: () => this.open(this.props.record),
        });
    }
}

registry.category("view_widgets").add("pareto_timeline", { component: Timeline });
