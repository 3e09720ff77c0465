/**
 * One way to end for Ctrl-C, SIGTERM, a closed terminal and a parent that died. A second Ctrl-C does not hurry it: what is
 * stopped in order is stopped within 20 seconds.
 */
export const onStop = (stop: () => Promise<void>): { readonly stopped: Promise<void>; readonly isStopping: () => boolean } => {
  let stopping = false;
  let resolve: () => void = () => undefined;
  const stopped = new Promise<void>((done) => (resolve = done));
  const begin = (): void => {
    if (stopping) return;
    stopping = true;
    void stop().finally(resolve);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, begin);
  process.on('disconnect', begin); // the program that started us is gone

  return { stopped, isStopping: () => stopping };
};
