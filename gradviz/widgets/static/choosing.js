/** What happens when an axis moves: another run is opened, or Python is asked for one. */

/** Gives a player what its controls need. @param {any} player */
export function makeChoosing(player) {
  const { shell, story } = player;

  /** Stands at places on the axes, at the same step or the nearest that the run has kept. */
  function stand(places) {
    if (!(player.keyOf(places) in player.story.runs)) return;
    const [now] = player.counted();
    player.places = [...places];
    player.openRun();
    const { step } = player.columns;
    const row = player.row ?? 0;
    const known = !step || step[row] === now ? player.step : player.frameOfRow(nearestTo(step, now));
    player.step = Math.max(0, Math.min(known, player.last));
    player.box.classList.remove("advancing");
    player.show();
  }

  /** Moves an axis; others give way where there is no run for the place. */
  function move(axis, index) {
    player.stop();
    const { axes, runs } = player.story;
    const wanted = player.places.with(axis, index);
    if (player.isLive && !(player.keyOf(wanted) in runs)) return wish(axis, axes[axis].values[index]);
    const given = axes.map((_, k) => wanted.with(k, k === axis ? index : (axes[k].start ?? 0)));
    const places = [wanted, ...given].find((trial) => player.keyOf(trial) in runs);
    if (!places) return;
    if (axes[axis].resets) player.go(0, { silent: true });
    stand(places);
    shell.moved(player);
  }

  /** Asks Python for a value on an axis. @param {number} axis @param {number} value */
  function wish(axis, value) {
    const { name, resets } = player.story.axes[axis];
    player.stop();
    if (resets) player.go(0);
    shell.wish(name, value);
  }

  /** Takes what Python told anew. */
  function renew(told) {
    player.story = { ...story, ...told };
    stand(player.story.axes.map(({ start }) => start ?? 0));
  }

  const isLive = !!(story.live && shell.wish);
  Object.assign(player, { stand, move, wish, renew, isLive });
}

/** The place of the number nearest to another. @param {number[]} values @param {number} value */
export function nearestTo(values, value) {
  const away = values.map((one) => Math.abs(one - value));
  return away.indexOf(Math.min(...away));
}
