import type { Operation } from "../../operations/operation.js";
import { authorizationOperations } from "./authorization.js";
import { instanceProfileOperations } from "./instanceprofiles.js";
import { roleOperations } from "./roles.js";

export const iamOperations: readonly Operation[] = [...roleOperations, ...instanceProfileOperations, ...authorizationOperations];
