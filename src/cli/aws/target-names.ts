export const targetNames = ["local", "aws"] as const;
export type TargetName = (typeof targetNames)[number];
