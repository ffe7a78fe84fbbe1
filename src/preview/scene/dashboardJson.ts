import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';
import type { DataQuery, DataSourceRef } from '@grafana/schema';

/** What the preview reads of a classic dashboard (schemaVersion 42). Whatever else a file holds is reported, not read. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly time?: { readonly from: string; readonly to: string };
  readonly timezone?: string;
  readonly weekStart?: string;
  readonly fiscalYearStartMonth?: number;
  readonly refresh?: string | boolean;
  readonly graphTooltip?: number;
  readonly timepicker?: {
    readonly refresh_intervals?: string[];
    readonly hidden?: boolean;
    readonly nowDelay?: string;
  };
  readonly links?: readonly LinkJson[];
  readonly panels?: readonly PanelJson[];
  readonly templating?: { readonly list?: readonly VariableJson[] };
  readonly annotations?: { readonly list?: readonly AnnotationJson[] };
}

/** A link of a dashboard or of a panel. */
export interface LinkJson {
  readonly type?: 'link' | 'dashboards';
  readonly title: string;
  readonly url?: string;
  readonly tags?: readonly string[];
  readonly tooltip?: string;
  readonly icon?: string;
  readonly asDropdown?: boolean;
  readonly targetBlank?: boolean;
  readonly includeVars?: boolean;
  readonly keepTime?: boolean;
  readonly placement?: string;
}

/** A panel or, with `type: 'row'`, a row. */
export interface PanelJson {
  readonly id?: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly transparent?: boolean;
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: DataSourceRef | string | null;
  readonly targets?: readonly DataQuery[];
  readonly interval?: string;
  readonly maxDataPoints?: number;
  readonly links?: readonly LinkJson[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: FieldConfigSource;
  readonly transformations?: readonly DataTransformerConfig[];
  readonly pluginVersion?: string;
  readonly collapsed?: boolean;
  readonly panels?: readonly PanelJson[];
}

/** A template variable as saved. */
export interface VariableJson {
  readonly type: string;
  readonly name: string;
  readonly label?: string;
  readonly description?: string;
  readonly hide?: number;
  readonly skipUrlSync?: boolean;
  readonly query?: unknown;
  readonly definition?: string;
  readonly datasource?: DataSourceRef | null;
  readonly regex?: string;
  readonly refresh?: number;
  readonly sort?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string | null;
  readonly allowCustomValue?: boolean;
  readonly current?: { readonly value?: string | string[]; readonly text?: string | string[] };
  readonly options?: ReadonlyArray<{ readonly value?: string | string[]; readonly text?: string | string[] }>;
  readonly auto?: boolean;
  readonly auto_min?: string;
  readonly auto_count?: number;
  readonly filters?: ReadonlyArray<{ readonly key: string; readonly operator: string; readonly value: string }>;
  readonly baseFilters?: ReadonlyArray<{ readonly key: string; readonly operator: string; readonly value: string }>;
  readonly defaultKeys?: ReadonlyArray<{ readonly text: string; readonly value?: string }>;
}

/** An annotation query as saved. */
export interface AnnotationJson {
  readonly name: string;
  readonly enable?: boolean;
  readonly hide?: boolean;
  readonly iconColor?: string;
  readonly builtIn?: number | boolean;
  readonly type?: string;
  readonly datasource?: DataSourceRef | null;
  readonly target?: unknown;
  readonly filter?: { readonly exclude?: boolean; readonly ids?: readonly number[] };
  readonly mappings?: unknown;
}
