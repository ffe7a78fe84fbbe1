/** The files, in the folder `alerts.secrets` of tidemark.yaml, that hold what must stand in no other file. */
export const secretFiles = (folder: string) => ({
  slackUrl: `${folder}/slack_url`,
  slackToken: `${folder}/slack_token`,
  smtpPassword: `${folder}/smtp_password`,
});
