// The commands that wait, oldest first, each with its data as it arrives, and which of them a bank may serve.
//
// Requests that touch a common word, at least one of them changing it, never pass each other; nothing passes a
// BARRIER, which itself waits until it is the oldest and no bank is at work. `passed` counts, for each entry, the
// younger requests of its bank that were served ahead: at age_cap the oldest is served before anything else.
//
// pick_* names the entry a bank that rests serves next (sky_sched_pick), join_* the oldest that can share the pass a
// bank is gathering. take_i removes the entry take_index_i at the end of the cycle, in which entry_o and data_o show
// it. A command or beat that arrives in a cycle is seen in the next.
//
// Cost: QueueDepth * (Words * 64 + 220 + QueueDepth) flip-flops and as many comparisons of a row and a mask.
module sky_skrm_queue #(
  parameter int unsigned D          = 64,
  parameter int unsigned S          = 32,
  parameter int unsigned Lanes      = 1,
  parameter int unsigned FlagSite   = 0,
  parameter int unsigned Guard      = 0,
  parameter int unsigned Banks      = 1,
  parameter int unsigned Rows       = 16,
  parameter int unsigned QueueDepth = 32,
  parameter int unsigned OffsetWidth = 8,
  localparam int unsigned Beats      = (Lanes == 1) ? 1 : Lanes / 64,  // per segment
  localparam int unsigned Words      = (S * Beats < 2) ? 2 : S * Beats,
  localparam int unsigned UsageWidth = $clog2(QueueDepth + 1),
  localparam int unsigned IndexWidth = (QueueDepth > 1) ? $clog2(QueueDepth) : 1,
  localparam int unsigned BankWidth  = (Banks > 1) ? $clog2(Banks) : 1,
  localparam int unsigned RowWidth   = (Rows > 1) ? $clog2(Rows) : 1
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  sky_skrm_pkg::policy_t    policy_i,
  input  logic [UsageWidth-1:0]    depth_i,      // entries that may be used, 1 to QueueDepth
  input  logic [31:0]              last_row_i,

  input  logic                     cmd_valid_i,
  output logic                     cmd_ready_o,
  input  sky_skrm_pkg::cmd_t       cmd_i,
  input  logic                     wdata_valid_i,
  output logic                     wdata_ready_o,
  input  logic [63:0]              wdata_i,

  // Of each bank.
  input  logic [Banks-1:0]         at_rest_i,
  input  logic [Banks-1:0]         gathers_i,
  input  logic [31:0]              pass_row_i     [Banks],
  input  logic [7:0]               pass_site_i    [Banks],
  input  logic [63:0]              pass_all_i     [Banks],  // segments of the pass
  input  logic [63:0]              pass_changed_i [Banks],  // those it changes
  output logic [UsageWidth-1:0]    waiting_o      [Banks],
  output logic [Banks-1:0]         pick_valid_o,
  output logic [IndexWidth-1:0]    pick_index_o   [Banks],
  output logic [Banks-1:0]         join_valid_o,
  output logic [IndexWidth-1:0]    join_index_o   [Banks],

  // Head offset at rest of a row, for the distances.
  output logic [RowWidth-1:0]      offset_row_o   [QueueDepth],
  input  logic [OffsetWidth-1:0]   offset_i       [QueueDepth],

  input  logic                     take_i,
  input  logic [IndexWidth-1:0]    take_index_i,
  input  logic [BankWidth-1:0]     take_bank_i,
  output sky_skrm_pkg::request_t   entry_o,
  output logic [Words*64-1:0]      data_o        // by segment and beat; of a SCAN the two keys
);

  import sky_skrm_pkg::*;

  localparam bit WordBased = Lanes == 1;
  localparam int unsigned BeatWidth = (Beats > 1) ? $clog2(Beats) : 1;

  // Entry i of each: 0 is the oldest.
  request_t requests_q [QueueDepth];
  request_t requests_d [QueueDepth];
  logic [63:0] segments_left_q [QueueDepth];  // of a WRITE: whose data have not all arrived
  logic [63:0] segments_left_d [QueueDepth];
  logic [1:0] keys_left_q [QueueDepth];       // of a SCAN
  logic [1:0] keys_left_d [QueueDepth];
  logic [7:0] passed_q [QueueDepth];
  logic [7:0] passed_d [QueueDepth];
  logic [IndexWidth-1:0] slot_q [QueueDepth];  // where its data lie
  logic [IndexWidth-1:0] slot_d [QueueDepth];
  logic [QueueDepth-1:0] blockers_q [QueueDepth];  // older entries it may not pass
  logic [QueueDepth-1:0] blockers_d [QueueDepth];
  logic [BeatWidth-1:0] beat_q;               // of the segment that is arriving
  logic [UsageWidth-1:0] usage_q, usage_d;
  logic [QueueDepth-1:0] slots_q, slots_d;    // that are in use
  logic [QueueDepth-1:0] complete_q, complete_d;
  logic [63:0] data_q [QueueDepth*Words];

  function automatic logic changes(input logic [2:0] op);
    return op != OpRead && op != OpScan;
  endfunction
  function automatic logic [BankWidth-1:0] bank_of(input logic [31:0] row);
    return (Banks > 1) ? row[BankWidth-1:0] : '0;
  endfunction

  // ---- Arrival
  request_t arriving;
  sky_skrm_decode #(
    .D       (D),
    .S       (S),
    .Lanes   (Lanes),
    .FlagSite(FlagSite),
    .Guard   (Guard)
  ) u_decode (
    .auto_permutes_i(policy_i.auto_permutes),
    .last_row_i,
    .cmd_i,
    .request_o(arriving)
  );

  // The oldest entry that lacks data takes the next beat.
  logic [QueueDepth-1:0] present, lacking;
  logic [IndexWidth-1:0] collector;
  assign present = ~({QueueDepth{1'b1}} << usage_q);
  assign lacking = present & ~complete_q;
  always_comb begin
    collector = '0;
    for (int unsigned i = QueueDepth; i > 0; i--) if (lacking[i-1]) collector = IndexWidth'(i - 1);
  end
  assign cmd_ready_o   = usage_q < depth_i;
  assign wdata_ready_o = lacking != '0;

  logic cmd_taken, beat_taken, takes_key, segment_full;
  assign cmd_taken    = cmd_valid_i && cmd_ready_o;
  assign beat_taken   = wdata_valid_i && wdata_ready_o;
  assign takes_key    = keys_left_q[collector] != 2'd0;
  assign segment_full = 32'(beat_q) == Beats - 1;

  logic [63:0] segments_left, first_segment;  // of the entry that collects
  assign segments_left = segments_left_q[collector];
  assign first_segment = segments_left & (~segments_left + 64'd1);
  logic [31:0] word;  // of the entry's data
  always_comb begin
    word = 32'd2 - 32'(keys_left_q[collector]);
    if (beat_taken && !takes_key) begin
      word = 32'($unsigned($countones(first_segment - 64'd1))) * Beats + 32'(beat_q);
    end
  end
  always_ff @(posedge clk_i) begin
    if (beat_taken && word < Words) data_q[32'(slot_q[collector])*Words+word] <= wdata_i;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) beat_q <= '0;
    else if (beat_taken && !takes_key) beat_q <= segment_full ? '0 : beat_q + 1'b1;
  end

  logic [IndexWidth-1:0] free_slot;
  always_comb begin
    free_slot = '0;
    for (int unsigned i = QueueDepth; i > 0; i--) if (!slots_q[i-1]) free_slot = IndexWidth'(i - 1);
  end

  // Entries that the one arriving may not pass: those with a common word that one of the two changes, and barriers.
  logic [QueueDepth-1:0] in_its_way;
  always_comb begin
    in_its_way = '0;
    if (cmd_taken) begin
      for (int unsigned i = 0; i < QueueDepth; i++) begin
        in_its_way[i] = present[i] &&
                        (requests_q[i].cmd.op == OpBarrier ||
                         (requests_q[i].cmd.row == cmd_i.row &&
                          (requests_q[i].cmd.seg_mask & cmd_i.seg_mask) != 64'd0 &&
                          (changes(requests_q[i].cmd.op) || changes(cmd_i.op)) &&
                          (WordBased || requests_q[i].cmd.site == cmd_i.site)));
      end
    end
  end

  // ---- The queue moves up when an entry is taken.
  logic [QueueDepth-1:0] younger;  // than the one taken, or it
  assign younger = {QueueDepth{1'b1}} << take_index_i;
  function automatic logic [QueueDepth-1:0] without(input logic [QueueDepth-1:0] bits);
    return (bits & ~younger) | (bits >> 1 & younger);
  endfunction
  logic [IndexWidth-1:0] tail;
  assign tail = IndexWidth'(usage_q - UsageWidth'(take_i));
  always_comb begin
    requests_d      = requests_q;
    segments_left_d = segments_left_q;
    keys_left_d     = keys_left_q;
    passed_d        = passed_q;
    slot_d          = slot_q;
    blockers_d      = blockers_q;
    complete_d      = complete_q;
    usage_d         = usage_q - UsageWidth'(take_i) + UsageWidth'(cmd_taken);
    slots_d         = slots_q;
    if (beat_taken) begin
      if (takes_key) begin
        keys_left_d[collector] = keys_left_q[collector] - 2'd1;
        complete_d[collector]  = keys_left_q[collector] == 2'd1;
      end else if (segment_full) begin
        segments_left_d[collector] = segments_left & ~first_segment;
        complete_d[collector]      = segments_left == first_segment;
      end
    end
    if (take_i) begin
      slots_d[slot_q[take_index_i]] = 1'b0;
      complete_d = without(complete_d);
      for (int unsigned i = 0; i + 1 < QueueDepth; i++) begin
        if (younger[i]) begin
          requests_d[i]      = requests_q[i+1];
          segments_left_d[i] = segments_left_d[i+1];
          keys_left_d[i]     = keys_left_d[i+1];
          passed_d[i]        = passed_q[i+1];
          slot_d[i]          = slot_q[i+1];
          blockers_d[i]      = without(blockers_q[i+1]);
        end else if (bank_of(requests_q[i].cmd.row) == take_bank_i) begin
          passed_d[i] = passed_q[i] + 8'd1;
        end
      end
    end
    if (cmd_taken) begin
      requests_d[tail]      = arriving;
      segments_left_d[tail] = (cmd_i.op == OpWrite) ? cmd_i.seg_mask : 64'd0;
      keys_left_d[tail]     = (cmd_i.op == OpScan) ? 2'd2 : 2'd0;
      complete_d[tail]      = cmd_i.op != OpScan && (cmd_i.op != OpWrite || cmd_i.seg_mask == 64'd0);
      passed_d[tail]        = 8'd0;
      slot_d[tail]          = free_slot;
      blockers_d[tail]      = take_i ? without(in_its_way & ~(QueueDepth'(1) << take_index_i)) : in_its_way;
      slots_d[free_slot]    = 1'b1;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      usage_q    <= '0;
      slots_q    <= '0;
      complete_q <= '0;
    end else begin
      usage_q    <= usage_d;
      slots_q    <= slots_d;
      complete_q <= complete_d;
    end
  end
  always_ff @(posedge clk_i) begin
    if (cmd_taken || beat_taken || take_i) begin
      requests_q      <= requests_d;
      segments_left_q <= segments_left_d;
      keys_left_q     <= keys_left_d;
      passed_q        <= passed_d;
      slot_q          <= slot_d;
      blockers_q      <= blockers_d;
    end
  end

  // ---- Who may be served
  logic [QueueDepth-1:0] ready;
  always_comb begin
    ready = present & complete_q;
    for (int unsigned i = 0; i < QueueDepth; i++) begin
      if (blockers_q[i] != '0) ready[i] = 1'b0;
      if (requests_q[i].cmd.op == OpBarrier && (i != 0 || at_rest_i != '1)) ready[i] = 1'b0;
    end
  end

  // Distances and positions, for the policies that look at them.
  localparam int unsigned SiteWidth = $clog2(D);
  logic [QueueDepth*8-1:0] distance;
  logic [QueueDepth*40-1:0] position;
  for (genvar i = 0; i < QueueDepth; i++) begin : g_distance
    assign offset_row_o[i] = requests_q[i].cmd.row[RowWidth-1:0];
    if (WordBased) begin : g_word
      logic unused_offset;
      assign unused_offset = ^offset_i[i];
      assign distance[i*8+:8] = 8'd0;
    end else begin : g_bit
      logic [OffsetWidth:0] steps;
      logic exists;
      // Of a row or site that does not exist: none.
      assign exists = requests_q[i].cmd.row <= last_row_i && 32'(requests_q[i].cmd.site) < D;
      sky_shift_planner #(
        .D(D)
      ) u_planner (
        .offset_i    (offset_i[i]),
        .site_i      (requests_q[i].cmd.site[SiteWidth-1:0]),
        .dir_o       (),
        .distance_o  (steps),
        .right_port_o(),
        .offset_o    ()
      );
      assign distance[i*8+:8] = exists ? 8'(steps) : 8'd0;
    end
    assign position[i*40+:40] = {requests_q[i].cmd.row, requests_q[i].cmd.site};
  end

  for (genvar b = 0; b < Banks; b++) begin : g_bank
    logic [QueueDepth-1:0] waiting;
    logic overdue;
    always_comb begin
      waiting      = '0;
      overdue      = 1'b0;
      waiting_o[b] = '0;
      for (int unsigned i = 0; i < QueueDepth; i++) begin
        if (present[i] && bank_of(requests_q[i].cmd.row) == BankWidth'(b)) begin
          if (waiting == '0) overdue = passed_q[i] >= policy_i.age_cap;
          waiting[i]   = 1'b1;
          waiting_o[b] = waiting_o[b] + 1'b1;
        end
      end
    end

    // The elevator is where the bank's last command was.
    logic [39:0] elevator_q;
    logic up_q, up;
    logic takes;
    assign takes = take_i && take_bank_i == BankWidth'(b) && at_rest_i[b];
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        elevator_q <= '0;
        up_q       <= 1'b1;
      end else if (takes) begin
        elevator_q <= {entry_o.cmd.row, entry_o.cmd.site};
        up_q       <= up;
      end
    end

    logic picked;
    sky_sched_pick #(
      .Entries(QueueDepth)
    ) u_pick (
      .policy_i       (policy_i.scheduler),
      .waiting_i      (waiting),
      .ready_i        (ready),
      .overdue_i      (overdue),
      .distance_i     (distance),
      .position_i     (position),
      .last_position_i(elevator_q),
      .up_i           (up_q),
      .valid_o        (picked),
      .index_o        (pick_index_o[b]),
      .up_o           (up)
    );
    assign pick_valid_o[b] = picked && at_rest_i[b];

    // The oldest that can join: nothing else once the oldest of all is overdue.
    always_comb begin
      join_valid_o[b] = 1'b0;
      join_index_o[b] = '0;
      if (gathers_i[b]) begin
        for (int unsigned i = QueueDepth; i > 0; i--) begin
          if (waiting[i-1] && ready[i-1] && joins(requests_q[i-1]) &&
              !(overdue && (waiting & (QueueDepth'(1) << (i - 1)) - 1'b1) != '0)) begin
            join_valid_o[b] = 1'b1;
            join_index_o[b] = IndexWidth'(i - 1);
          end
        end
      end
    end
    function automatic logic joins(input request_t request);
      logic kind, apart;
      kind  = request.cmd.op == OpRead || request.cmd.op == OpErase ||
              (request.cmd.op == OpWrite && (request.alg == AlgNaive || request.alg == AlgDcw));
      apart = (request.cmd.seg_mask &
               ((request.cmd.op == OpRead) ? pass_changed_i[b] : pass_all_i[b])) == 64'd0;
      return request.status == StatusOk && request.cmd.row == pass_row_i[b] &&
             request.cmd.site == pass_site_i[b] && kind && apart;
    endfunction
  end

  // ---- The entry that is taken
  always_comb begin
    entry_o = requests_q[take_index_i];
    data_o  = '0;
    if (take_i) begin
      for (int unsigned w = 0; w < Words; w++) begin
        data_o[w*64+:64] = data_q[32'(slot_q[take_index_i])*Words+w];
      end
    end
  end

endmodule
