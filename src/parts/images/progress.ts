/** Where a build is: a phase in words, and percent of the whole when known. */
export interface ImageProgress {
  readonly image: string;
  readonly phase: string;
  /** 0 to 100, never falling. */
  readonly percent: number;
}

export type OnImageProgress = (progress: ImageProgress) => void;

/**
 * Reads apt's and mmdebstrap's output line by line. Each run of apt says how many packages it will install, then prints a
 * line for each as it is fetched (`Get:`), unpacked and set up. mmdebstrap runs it twice: essential packages, then the rest.
 */
export class BuildProgress {
  readonly #runs: number;
  #run = -1;
  #packages = 0;
  readonly #done = { downloading: 0, unpacking: 0, installing: 0 };
  #phase = "";
  #percent = 0;

  constructor(runs: number) {
    this.#runs = runs;
  }

  /** Feed a line; gives the phase and percent when they changed. */
  line(text: string): { phase: string; percent: number } | undefined {
    const plan = /\d+ upgraded, (\d+) newly installed/.exec(text);
    if (plan !== null) {
      this.#run = Math.min(this.#run + 1, this.#runs - 1);
      this.#packages = Number(plan[1]);
      Object.assign(this.#done, { downloading: 0, unpacking: 0, installing: 0 });
      return undefined;
    }
    if (/^I: running --customize-hook/.test(text)) return this.#say("adapting", 92);
    if (/^Get:\d+ .*(InRelease|Release|Packages)/.test(text)) return this.#say("reading package lists", 2);
    if (this.#packages === 0) return undefined;
    if (/^Get:\d+ /.test(text)) return this.#count("downloading");
    if (/^Unpacking /.test(text)) return this.#count("unpacking");
    if (/^Setting up /.test(text)) return this.#count("installing");
    return undefined;
  }

  /** The shares of a run are what they took when measured. */
  #count(step: keyof typeof shares): { phase: string; percent: number } | undefined {
    const done = (this.#done[step] += 1);
    const [from, to] = shares[step];
    const within = from + (to - from) * Math.min(done / this.#packages, 1);
    return this.#say(`${step} ${done}/${this.#packages}`, 3 + (87 / this.#runs) * (this.#run + within));
  }

  #say(phase: string, percent: number): { phase: string; percent: number } | undefined {
    const forward = Math.max(this.#percent, Math.round(percent));
    if (phase === this.#phase && forward === this.#percent) return undefined;
    this.#phase = phase;
    this.#percent = forward;
    return { phase, percent: forward };
  }
}

const shares = { downloading: [0, 0.2], unpacking: [0.2, 0.65], installing: [0.65, 1] } as const;
