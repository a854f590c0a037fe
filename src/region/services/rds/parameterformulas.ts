import { ServiceFault } from "../../operations/fault.js";

/**
 * Values of DB parameters that are formulas, e.g. `LEAST({DBInstanceClassMemory/9531392},5000)`
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html). Pure.
 *
 *     value      = operand [ (> < >= => <= =<) operand ]
 *     operand    = product
 *     product    = factor { (* /) factor }       decimals are cut off at every step
 *     factor     = integer | variable | "{" product "}" | function "(" product { "," product } ")"
 *     function   = GREATEST | LEAST | SUM | IF | log     in any case; log is of base 2, and keeps its decimals
 */
export interface FormulaVariables {
  /** Bytes that the class gives to the database. */
  readonly DBInstanceClassMemory: number;
  readonly DBInstanceVCPU: number;
  /** Bytes of the data volume. */
  readonly AllocatedStorage: number;
  readonly EndPointPort: number;
  /** 1 or 0. */
  readonly TrueIfReplica: number;
}

const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  ">": (one, other) => one > other,
  "<": (one, other) => one < other,
  ">=": (one, other) => one >= other,
  "=>": (one, other) => one >= other,
  "<=": (one, other) => one <= other,
  "=<": (one, other) => one <= other,
};

const functions: Readonly<Record<string, (list: readonly number[]) => number>> = {
  greatest: (list) => Math.max(...list),
  least: (list) => Math.min(...list),
  sum: (list) => list.reduce((sum, each) => sum + each, 0),
  if: ([is = 0, then = 0, otherwise = 0]) => (is === 0 ? otherwise : then),
  log: ([of = 0]) => Math.log2(of),
};

/** Would it be evaluated, rather than taken as it is? */
export const isFormula = (value: string): boolean => /[{}]|^\s*(greatest|least|sum|if)\s*\(/i.test(value);

/** The whole number that a formula comes to; 1 or 0 of a comparison. @throws ServiceFault InvalidParameterValue where it is none */
export function evaluateFormula(formula: string, variables: FormulaVariables): number {
  const tokens =
    formula
      .replace(/^\s*"(.*)"\s*$/s, "$1")
      .match(/\s*([A-Za-z]\w*|\d+|[<>]=?|=[<>]|[^\s])/g)
      ?.map((token) => token.trim()) ?? [];
  let at = 0;
  const wrong = (): ServiceFault =>
    new ServiceFault(
      "InvalidParameterValue",
      `Invalid parameter value: ${formula} is not a formula that can be evaluated: see ${source}`,
    );
  const take = (wanted: string): void => {
    if (tokens[at] !== wanted) throw wrong();
    at += 1;
  };
  const factor = (): number => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) throw wrong();
    if (/^\d+$/.test(token)) return Number(token);
    if (token === "{") {
      const inner = product();
      take("}");
      return inner;
    }
    if (Object.hasOwn(variables, token)) return variables[token as keyof FormulaVariables];
    const name = token.toLowerCase();
    const work = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (work === undefined) throw wrong();
    take("(");
    const list = [product()];
    while (tokens[at] === ",") {
      at += 1;
      list.push(product());
    }
    take(")");
    return work(list);
  };
  const product = (): number => {
    let value = factor();
    for (let sign = tokens[at]; sign === "*" || sign === "/"; sign = tokens[at]) {
      at += 1;
      const other = factor();
      value = Math.trunc(sign === "*" ? value * other : value / other);
    }
    return value;
  };
  const first = product();
  const compare = comparisons[tokens[at] ?? ""];
  if (compare !== undefined) at += 1;
  const value = compare === undefined ? Math.trunc(first) : Number(compare(first, product()));
  if (at !== tokens.length || !Number.isFinite(value)) throw wrong();
  return value;
}

const source = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html";
