import { registry } from "@web/core/registry";
import { pivotView } from "@web/views/pivot/pivot_view";
import { PivotRenderer } from "@web/views/pivot/pivot_renderer";

const RATIOS = ["roi", "roas", "cost_per_lead", "cost_per_customer"];

/** Leaves a ratio blank where there is nothing to divide by: no cost is no return of 0 %. */
export class CampaignPivotRenderer extends PivotRenderer {
    getFormattedValue(cell) {
        const formatted = super.getFormattedValue(cell);
        const blank = RATIOS.includes(cell.measure.split(":")[0]) && cell.value === false;
        return blank ? { ...formatted, value: "" } : formatted;
    }
}

registry
    .category("views")
    .add("crm_pareto_campaign_pivot", { ...pivotView, Renderer: CampaignPivotRenderer });
