import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/**
 * A page with the figures of one company and a chart of them.
 *
 * Each such page has a template, the model that it asks, a state with company and figures, set before super.setup(),
 * load() and draw().
 */
export class FiguresPage extends Component {
    static template = "";
    static components = { Layout };
    static props = { ...standardActionServiceProps };
    static model = "";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.canvas = useRef("canvas");
        this.display = { controlPanel: {} };
        onWillStart(async () => {
            await Promise.all([loadBundle("web.chartjs_lib"), this.load()]);
        });
        useEffect(
            () => this.draw(),
            () => [this.state.figures, this.canvas.el],
        );
    }

    /** What the server says of the chosen company. */
    call(method, ...args) {
        const context = { allowed_company_ids: [this.state.company] };
        return this.orm.call(this.constructor.model, method, args, { context });
    }

    /** Those chosen in the switcher above: of others, nothing may be opened. */
    get companies() {
        return user.activeCompanies;
    }

    /** An amount; a dash where it is unknown. */
    money(amount) {
        if (amount === null || amount === undefined) {
            return "–";
        }
        return formatMonetary(amount, {
            currencyId: this.state.figures.currency_id,
            digits: [16, 0],
        });
    }
}
