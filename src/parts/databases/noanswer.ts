/** A server that runs and says nothing: neither yes nor no. One that refuses a connection, or that ended, has answered. */
export class NoAnswer extends Error {
  constructor(server: string, milliseconds: number) {
    super(`${server} gave no answer in ${milliseconds} ms`);
  }
}
