const needed = [20, 19, 0];

/** One sentence with the remedy when this Node.js is too old, else null. */
export const nodeComplaint = (version) => {
  const have = version.split('.').map(Number);
  const differs = needed.findIndex((part, index) => have[index] !== part);
  if (differs < 0 || have[differs] > needed[differs]) return null;

  return `Handover needs Node.js ${needed.join('.')} or newer, and this is ${version}: install a newer one from https://nodejs.org (or with "nvm install 22") and run the command again.`;
};
