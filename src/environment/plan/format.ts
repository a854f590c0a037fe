import { z } from "zod";

/**
 * What `terraform show -json` writes of a plan or a state, as far as it is read here.
 * https://developer.hashicorp.com/terraform/internals/json-format
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

const valuesResource = z.object({
  address: z.string(),
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  index: z.union([z.string(), z.number()]).optional(),
  provider_name: z.string().optional(),
  values: z.record(z.string(), json).optional(),
});

export interface ValuesModule {
  readonly address?: string | undefined;
  readonly resources?: readonly z.infer<typeof valuesResource>[] | undefined;
  readonly child_modules?: readonly ValuesModule[] | undefined;
}

const valuesModule: z.ZodType<ValuesModule> = z.lazy(() =>
  z.object({
    address: z.string().optional(),
    resources: z.array(valuesResource).optional(),
    child_modules: z.array(valuesModule).optional(),
  }),
);

/** An expression: what it is, or what it refers to; or, of blocks, the expressions of each. */
const expression = json;

const configResource = z.object({
  address: z.string(),
  mode: z.string(),
  expressions: z.record(z.string(), expression).optional(),
  for_each_expression: expression.optional(),
  count_expression: expression.optional(),
});
export type ConfigResource = z.infer<typeof configResource>;

export interface ConfigCall {
  readonly source?: string | undefined;
  readonly expressions?: Readonly<Record<string, Json>> | undefined;
  readonly for_each_expression?: Json | undefined;
  readonly module?: ConfigModule | undefined;
}

export interface ConfigModule {
  readonly outputs?: Readonly<Record<string, { readonly expression?: Json | undefined }>> | undefined;
  readonly resources?: readonly ConfigResource[] | undefined;
  readonly module_calls?: Readonly<Record<string, ConfigCall>> | undefined;
}

const configModule: z.ZodType<ConfigModule> = z.lazy(() =>
  z.object({
    outputs: z.record(z.string(), z.object({ expression: expression.optional() })).optional(),
    resources: z.array(configResource).optional(),
    module_calls: z
      .record(
        z.string(),
        z.object({
          source: z.string().optional(),
          expressions: z.record(z.string(), expression).optional(),
          for_each_expression: expression.optional(),
          module: configModule.optional(),
        }),
      )
      .optional(),
  }),
);

const change = z.object({
  address: z.string(),
  change: z.object({ actions: z.array(z.string()), after_unknown: json.optional() }),
});

export const planFormat = z.object({
  format_version: z.string(),
  terraform_version: z.string().optional(),
  planned_values: z.object({ root_module: valuesModule.optional() }).optional(),
  /** Of a state instead of a plan. */
  values: z.object({ root_module: valuesModule.optional() }).optional(),
  resource_changes: z.array(change).optional(),
  deferred_changes: z.array(z.object({ resource_change: change })).optional(),
  configuration: z
    .object({
      provider_config: z
        .record(z.string(), z.object({ full_name: z.string().optional(), expressions: z.record(z.string(), json).optional() }))
        .optional(),
      root_module: configModule.optional(),
    })
    .optional(),
  variables: z.record(z.string(), z.object({ value: json.optional() })).optional(),
  errored: z.boolean().optional(),
});
export type PlanFormat = z.infer<typeof planFormat>;
