/** `ip-10-0-2-15.eu-west-3.compute.internal`; us-east-1 alone is `ec2.internal`. */
export const privateDomain = (regionName: string): string =>
  regionName === "us-east-1" ? "ec2.internal" : `${regionName}.compute.internal`;

export const privateDnsName = (regionName: string, privateIp: string): string =>
  `ip-${privateIp.replaceAll(".", "-")}.${privateDomain(regionName)}`;

export const publicDnsName = (regionName: string, publicIp: string): string =>
  `ec2-${publicIp.replaceAll(".", "-")}.${regionName === "us-east-1" ? "compute-1" : `${regionName}.compute`}.amazonaws.com`;
