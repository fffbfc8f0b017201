/** The entry of the home page: makes the form that the server has sent nicer to fill in. */
export {};
