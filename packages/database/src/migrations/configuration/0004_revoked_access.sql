CREATE TABLE `revoked_access` (
	`subject_id` text NOT NULL,
	`kind` text NOT NULL,
	`revoked_at` integer NOT NULL,
	PRIMARY KEY(`kind`, `subject_id`),
	CONSTRAINT "revoked_access_kind" CHECK(kind IN ('access_token', 'sign_in'))
);
