import type { PlannedResource } from "./plan.js";

/** Under these alone is `aws` what AWS and HashiCorp make; anybody may publish a provider of that name. */
const registries = ["registry.terraform.io", "registry.opentofu.org"];
const aws: ReadonlySet<string> = new Set(registries.map((registry) => `${registry}/hashicorp/aws`));

/** Providers that make nothing in any account: numbers, keys and texts for others, files of whoever applies. */
const beside: ReadonlySet<string> = new Set([
  "terraform.io/builtin/terraform",
  ...registries.flatMap((registry) =>
    ["archive", "cloudinit", "local", "null", "random", "time", "tls"].map((name) => `${registry}/hashicorp/${name}`),
  ),
]);

/** A state of old may not say whose resources it has: then their types do. */
export const isOfAws = ({ provider, type }: PlannedResource): boolean =>
  provider === "" ? type.startsWith("aws_") : aws.has(provider);

/** What it makes is somewhere, and nobody here knows what it is. */
export const isForeign = (resource: PlannedResource): boolean => !isOfAws(resource) && !beside.has(resource.provider);

export const providerOf = ({ provider, type }: PlannedResource): string => (provider === "" ? type.replace(/_.*/, "") : provider);
