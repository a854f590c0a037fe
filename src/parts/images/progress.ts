/** Where a build is: a phase in words, and percent of the whole when known. */
export interface ImageProgress {
  readonly image: string;
  readonly phase: string;
  /** 0 to 100, never falling. */
  readonly percent: number;
}

export type OnImageProgress = (progress: ImageProgress) => void;

/**
 * Reads apt's and mmdebstrap's output line by line. apt says how many packages it will fetch in each of its runs
 * (mmdebstrap runs it twice: the essential packages, then the rest), one `Get:` a fetch, one `Unpacking` and one
 * `Setting up` a package. The shares of the whole are what these took when measured.
 */
export class BuildProgress {
  #phase = "starting";
  #percent = 0;
  #wanted = 0;
  #fetched = 0;
  #unpacked = 0;
  #settled = 0;

  /** Feed a line; gives the phase and percent when they changed. */
  line(text: string): { phase: string; percent: number } | undefined {
    const news = /(\d+) upgraded, (\d+) newly installed/.exec(text);
    if (news !== null) {
      this.#wanted = Number(news[2]);
      this.#fetched = 0;
    } else if (/^(Get|Hit|Ign):\d+ .*(InRelease|Release|Packages)/.test(text)) return this.#say("reading package lists", 3);
    else if (/^Get:\d+ /.test(text)) this.#fetched += 1;
    else if (/^Unpacking /.test(text)) this.#unpacked += 1;
    else if (/^Setting up /.test(text)) this.#settled += 1;
    else if (/^I: running --customize-hook/.test(text)) return this.#say("adapting", 90);
    else return undefined;
    if (this.#wanted === 0) return undefined;
    const share = (done: number): number => Math.min(done / this.#wanted, 1);
    if (/^Get:/.test(text)) return this.#say(`downloading ${this.#fetched}/${this.#wanted}`, 5 + 25 * share(this.#fetched));
    if (/^Unpacking/.test(text)) return this.#say(`unpacking ${this.#unpacked}`, 30 + 30 * share(this.#unpacked));
    if (/^Setting up/.test(text)) return this.#say(`installing ${this.#settled}`, 60 + 30 * share(this.#settled));
    return undefined;
  }

  #say(phase: string, percent: number): { phase: string; percent: number } | undefined {
    const forward = Math.max(this.#percent, Math.round(percent));
    if (phase === this.#phase && forward === this.#percent) return undefined;
    this.#phase = phase;
    this.#percent = forward;
    return { phase, percent: forward };
  }
}
