/** Parts of templates, as short as tests want them. */
export const ref = (Ref: string): { Ref: string } => ({ Ref });
export const get = (name: string, attribute: string): { "Fn::GetAtt": string[] } => ({ "Fn::GetAtt": [name, attribute] });
/** A resource of EC2. `more`: its attributes besides the properties. */
export const resource = (type: string, Properties: object = {}, more: object = {}): object => ({
  Type: `AWS::EC2::${type}`,
  Properties,
  ...more,
});
