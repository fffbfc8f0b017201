/** Today: a time of the day that it is, for words such as "Yesterday"; it changes at midnight while the page is open. */

class Today {
  at = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#look();
    document.addEventListener("visibilitychange", this.#look); // timers rest while a machine sleeps
  }

  #look = (): void => {
    this.at = Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#look, nextMidnight(this.at) - this.at);
  };
}

function nextMidnight(at: number): number {
  const day = new Date(at);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}

export const today = new Today();
