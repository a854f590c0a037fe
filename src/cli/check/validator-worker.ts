import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import type { Validation, ValidatorWish } from "./validator.js";

/** The thread of `validate`. The package is bundled with aws-cdk-lib, so it is found from there, and has no types here. */
const packageShape = z.object({
  CompositeEngine: z.custom<new () => Engine>((value) => typeof value === "function"),
  TemplateContent: z.custom<new (text: string, name: string) => object>((value) => typeof value === "function"),
});

interface Engine {
  validateTemplate(template: object, config: object): { readonly diagnostics: readonly unknown[] };
  free(): void;
}

/** What the CDK leaves out too for the texts that it writes: habits of those who write by hand. */
const habits = ["W3005", "W1020", "I4010", "W4011", "W4012", "W9002", "W9013", "W1103"];

function validated(wishes: readonly ValidatorWish[]): Validation {
  const fromCdk = createRequire(createRequire(import.meta.url).resolve("aws-cdk-lib/package.json"));
  const { CompositeEngine, TemplateContent } = packageShape.parse(fromCdk("@aws/cloudformation-validate"));
  const engine = new CompositeEngine();
  try {
    return {
      diagnostics: wishes.map(
        ({ name, text, region, isMade }) =>
          engine.validateTemplate(new TemplateContent(text, name), {
            detailLevel: "STANDARD",
            severityLevel: "WARN",
            ...(region === undefined ? {} : { pseudoParameterOverrides: { region } }),
            ...(isMade ? { exclude: { ids: habits } } : {}),
          }).diagnostics,
      ),
    };
  } finally {
    engine.free();
  }
}

let answer: Validation;
try {
  answer = validated(workerData as readonly ValidatorWish[]);
} catch (error) {
  // It throws plain texts.
  answer = { why: `the CDK's validator could not be run: ${error instanceof Error ? error.message : String(error)}` };
}
parentPort?.postMessage(answer);
