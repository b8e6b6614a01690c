ALTER TABLE `oauth_client_registrations` ADD `redirect_uri` text;--> statement-breakpoint
ALTER TABLE `oauth_tokens` ADD `audience` text;--> statement-breakpoint
ALTER TABLE `oauth_tokens` ADD `client_id` text;--> statement-breakpoint
ALTER TABLE `oauth_tokens` ADD `account` text;--> statement-breakpoint
ALTER TABLE `oauth_tokens` ADD `wanted_scope` text;--> statement-breakpoint
ALTER TABLE `oauth_tokens` ADD `refusal` text;--> statement-breakpoint
ALTER TABLE `oauth_tokens` ADD `refused_at` integer;