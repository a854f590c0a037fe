import type { Spoken } from "../server/speak.js";

/** What is wrong with an answer as an answer of its protocol; nothing when it is well-formed. */
export function malformation({ status, headers, body }: Spoken): string | undefined {
  if (!/^[0-9a-f-]{36}$/.test(headers["x-amzn-requestid"] ?? headers["x-amz-request-id"] ?? "")) return "no request id";
  if (![200, 400, 401, 403, 404, 405, 408, 409, 412, 413, 417, 431].includes(status)) return `status ${status}`;
  if (/\n\s+at .*:\d+:\d+/.test(body)) return "a stack trace";
  const type = headers["content-type"] ?? "";
  if (type.includes("json")) return jsonMalformation(body, status);
  if (type.includes("xml")) return xmlMalformation(body, status);
  return status >= 400 && body === "" ? undefined : `content type ${type}`;
}

function jsonMalformation(body: string, status: number): string | undefined {
  try {
    const value = JSON.parse(body) as { __type?: unknown; message?: unknown; Message?: unknown };
    if (status >= 400 && typeof (value.message ?? value.Message) !== "string") return "no message";
    return undefined;
  } catch {
    return "not JSON";
  }
}

/** Every element closed, in order, one at the top, no bare `<` or `&`, no control characters. */
function xmlMalformation(body: string, status: number): string | undefined {
  const text = body.replace(/^<\?xml [^?]*\?>\s*/, "");
  const open: string[] = [];
  let at = 0;
  for (const match of text.matchAll(/<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (!isText(text.slice(at, match.index))) return `text ${text.slice(at, match.index).slice(0, 60)}`;
    if (open.length === 0 && match.index > 0) return "more than one element at the top";
    const [whole, isEnd, name = "", , isEmpty] = match;
    if (isEnd === "/") {
      if (open.pop() !== name) return `</${name}> closes nothing`;
    } else if (isEmpty !== "/") open.push(name);
    at = match.index + whole.length;
  }
  if (open.length > 0) return `<${open.join("><")}> not closed`;
  if (!isText(text.slice(at)) || text.slice(at).trim() !== "") return "text after the end";
  if (status >= 400 && !/<Code>[^<]+<\/Code>\s*<Message>/.test(text)) return "no code and message";
  return undefined;
}

const isText = (text: string): boolean =>
  !/[<\0-\x08\x0b\x0c\x0e-\x1f]|&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(text);
