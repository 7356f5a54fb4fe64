<?php
// What differs from run to run comes by the environment; see tests/real/wordpress.py.
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:' . getenv('WP_SOCKET'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', getenv('WP_HOME'));
define('WP_SITEURL', getenv('WP_HOME'));
define('WP_CONTENT_DIR', getenv('WP_CONTENT'));
// Local: application passwords may be used without TLS.
define('WP_ENVIRONMENT_TYPE', 'local');
// Nothing leaves this machine, and cron runs when a test says so.
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
    define($name . '_KEY', $name . ' key of a test');
    define($name . '_SALT', $name . ' salt of a test');
}
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
