import type { Rule } from "../finding.js";
import { blockedAnswers } from "./acls.js";
import { noWayBack, overlappingPeering, unusedPeering } from "./peering.js";
import { openKey, openRole } from "./open-policies.js";
import { publicAddressSpace } from "./address-space.js";
import { debugMode, masterUser, unpinned } from "./application.js";
import { publicBucket, publicBucketHoldsData, writableBucket } from "./buckets.js";
import { databaseInPublicSubnet, deletionProtection, literalPassword, publicDatabase, unencryptedDatabase } from "./databases.js";
import { decryptMissing } from "./decrypt.js";
import { clearText } from "./encryption-in-transit.js";
import { federatedTrust } from "./federation.js";
import { fullAccess, stagesShareRole, starGrant } from "./grants.js";
import { administrationFromNetwork, openToWorld, openWithoutListener, unreachableBalancer } from "./groups.js";
import { hopLimit, metadataWithoutToken } from "./metadata-service.js";
import { closedPublishedPort, openUnpublishedPort } from "./published-ports.js";
import { reachableFromPeer, reachableThroughGateway } from "./reachable-from-networks.js";
import { reachablePorts } from "./reachable-ports.js";
import { literalSecret, secretInUserData, secretParameterInUserData } from "./secrets.js";
import { unencryptedTopic, unencryptedVolume } from "./storage.js";
import { nothingTagged } from "./untagged.js";
import { longLivedKey, sessionPolicy, userWithoutMfa } from "./users.js";

/** What others can reach, read or do that they should not; and what was meant to be reached and is not. */
export const exposureRules: readonly Rule[] = [
  ...reachablePorts,
  reachableFromPeer,
  reachableThroughGateway,
  openToWorld,
  administrationFromNetwork,
  openWithoutListener,
  openUnpublishedPort,
  closedPublishedPort,
  unreachableBalancer,
  blockedAnswers,
  overlappingPeering,
  noWayBack,
  unusedPeering,
  clearText,
  publicAddressSpace,
  publicDatabase,
  databaseInPublicSubnet,
  deletionProtection,
  literalPassword,
  unencryptedDatabase,
  unencryptedVolume,
  unencryptedTopic,
  publicBucket,
  publicBucketHoldsData,
  writableBucket,
  openKey,
  openRole,
  starGrant,
  fullAccess,
  stagesShareRole,
  federatedTrust,
  decryptMissing,
  longLivedKey,
  userWithoutMfa,
  sessionPolicy,
  metadataWithoutToken,
  hopLimit,
  secretInUserData,
  secretParameterInUserData,
  literalSecret,
  debugMode,
  masterUser,
  unpinned,
  nothingTagged,
];
