<?php
// WordPress publishes at once what is scheduled less than a minute ahead; a test cannot wait so long.
add_filter('wp_insert_post_data', function ($post) {
    if ($post['post_status'] === 'publish' && strtotime($post['post_date_gmt'] . ' UTC') > time()) {
        $post['post_status'] = 'future';
    }
    return $post;
});
// And its cron has one task: it need not look for updates, or knock at its own door by TLS.
add_filter('pre_schedule_event', function ($said, $event) {
    return $event->hook === 'publish_future_post' ? $said : false;
}, 10, 2);
