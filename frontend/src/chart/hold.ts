/** Whether a pointer holds an element: what would pull it out of the hand waits. */

export class Hold {
  held = false;
  readonly #waiting: (() => void)[] = [];

  constructor(place: HTMLElement, signal: AbortSignal) {
    place.addEventListener("pointerdown", () => (this.held = true), { capture: true, signal });
    for (const end of ["pointerup", "pointercancel"]) {
      window.addEventListener(end, () => this.#letGo(), { capture: true, signal });
    }
  }

  /** Resolves when no pointer holds the element. */
  released(): Promise<void> {
    return this.held ? new Promise((done) => this.#waiting.push(done)) : Promise.resolve();
  }

  #letGo(): void {
    this.held = false;
    for (const go of this.#waiting.splice(0)) go();
  }
}
