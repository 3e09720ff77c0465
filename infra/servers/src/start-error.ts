/** Something the user can mend; the message is the one sentence they read. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
