/** A server that was to be running and has ended: whoever asked decides anew who takes its place. */
export class ServerEnded extends Error {}
